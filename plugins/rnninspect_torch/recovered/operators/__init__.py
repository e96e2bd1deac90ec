"""The values and the operators of torch, as the core's graph has them."""
