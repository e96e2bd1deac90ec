"""Pickles read as data: an interpreter that makes inert values. Nothing here knows tensors."""
