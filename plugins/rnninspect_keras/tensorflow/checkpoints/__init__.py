"""Checkpoints: indexes, shards, element types. Knows no objects, layers or purposes."""
