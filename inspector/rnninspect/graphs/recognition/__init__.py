"""Where a step may be in a graph, which cell it computes, and what its gates read."""
