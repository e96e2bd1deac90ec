"""Torch's own recurrent layers, from groups of named tensors. Other cells are in `other_cells`."""
