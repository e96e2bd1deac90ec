"""The recurrent layers of torch.nn, from named tensors. Other cells are in the core's `spellings`."""
