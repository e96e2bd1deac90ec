"""Programs: graphs of operators, whose parameters are in other files."""
