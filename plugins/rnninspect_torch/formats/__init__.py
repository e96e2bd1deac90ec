"""One module for each form in which a model is saved; each has a function `read`."""
