"""Containers of bytes: zip, tar, gzip, and magic numbers of embedded models; no pickle is read."""
