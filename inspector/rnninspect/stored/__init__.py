"""Stored tensors one by one, stored tensors in columns, and their names looked through at once."""
