"""Arrays of numpy that no framework marks as its own: their names, archives and descriptions."""
