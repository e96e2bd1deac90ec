"""Cells by the names of TensorFlow 1's variables. Knows neither configurations nor objects."""
