"""Runs a graph once on shapes: what each output of a node is, with the loops taken once."""
