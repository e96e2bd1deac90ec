"""Recurrent layers from the pieces of a cell and what was declared of it."""
