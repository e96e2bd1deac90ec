"""From cells and their tensors to recurrent layers, sizes included. Knows no containers."""
