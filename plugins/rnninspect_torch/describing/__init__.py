"""From the networks of a file to the neutral description of its model."""
