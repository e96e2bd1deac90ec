"""Sorted tables of strings (LevelDB's format), with the compression and checksum that they use."""
