"""Bytes of a model under limits: files, windows, neighbours. Nothing here knows a format."""
