"""Byte-level readers of containers; each knows one format and no framework."""
