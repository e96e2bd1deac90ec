"""The recurrent layers of torch.nn, from named tensors; others are in the core's `spellings`."""
