"""Values of a graph: names, shapes, and what they are made of. Nothing here knows layers."""
