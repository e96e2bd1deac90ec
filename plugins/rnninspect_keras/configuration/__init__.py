"""A model's configuration: declared layers, cells, shapes, numbering. No tensors."""
