"""The graphs of torch.export, whose nodes are operators already."""
