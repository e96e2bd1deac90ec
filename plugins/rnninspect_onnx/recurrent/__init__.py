"""Recurrent nodes, their sizes and attributes, and loops that look like a cell."""
