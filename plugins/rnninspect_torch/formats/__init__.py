"""One module for each file format, with a function `read`; no format knows layers."""
