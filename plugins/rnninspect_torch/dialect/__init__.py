"""PyTorch's dialect: the axes of each weight, and the names that its own layers give them."""
