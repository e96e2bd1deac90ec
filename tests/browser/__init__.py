"""Checks of pages in a real browser."""
