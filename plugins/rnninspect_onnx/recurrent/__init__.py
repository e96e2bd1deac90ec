"""Recurrent nodes: which they are, sizes, attributes, loops like cells; not their tensors."""
