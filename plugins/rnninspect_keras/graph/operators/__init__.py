"""What each operator does, by table: to shapes, to few integers, in the core's graph."""
