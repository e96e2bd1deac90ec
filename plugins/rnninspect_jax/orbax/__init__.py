"""Checkpoints of Orbax: a folder with a tree of names, and arrays of zarr in files or in OCDBT."""
