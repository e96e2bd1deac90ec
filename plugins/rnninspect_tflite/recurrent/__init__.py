"""Fused recurrent operators as layers."""
