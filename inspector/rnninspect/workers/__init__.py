"""A pool of processes: a function over many items, in order, that outlives each of its workers."""
