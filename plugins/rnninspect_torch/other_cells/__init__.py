"""Cells that are not torch's own: of libraries, written by hand, or only possible."""
