"""Graphs of trackable objects and the layers among them. Reads no index and no shard."""
