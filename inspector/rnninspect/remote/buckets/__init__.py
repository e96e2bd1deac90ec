"""Buckets and hosts that fsspec reads, an extra."""
