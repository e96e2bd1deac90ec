"""Cells outside torch.nn: of libraries, hand-written, or only possible. None of torch.nn."""
