"""From the tensors of blocks to recurrent layers."""
