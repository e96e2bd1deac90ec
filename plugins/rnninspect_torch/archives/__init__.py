"""Containers of bytes: zip, tar, gzip; no pickle is read."""
