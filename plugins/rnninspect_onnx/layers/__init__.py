"""Recurrent layers built from recurrent nodes, and their contradictions; not the graph's values."""
