"""A model's configuration: layers, cells, shapes, numbering of groups. Knows no tensors."""
