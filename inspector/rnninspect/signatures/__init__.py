"""Cells by the names that implementations give their weights: data that every reader uses.

`odd.may_be_known` looks at names before a table is loaded, and is all that most files need;
`describing.known_layers` describes the layers among the tensors of a file, `marks.possible_layers`
notes modules with some of a cell's names and no layer. Inside, `matching.find` gives the modules
that a signature explains, `layers.layer_of` makes layers.
"""
