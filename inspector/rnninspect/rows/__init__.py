"""Reports as rows of two tables, one row a model and one a layer, for scans of many files."""
