"""What programs and notebooks call: the pipeline's values, which can also show themselves."""
