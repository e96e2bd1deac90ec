"""Cells by the names that TensorFlow 1 and its libraries gave to variables."""
