"""The output shapes and kinds of each operator; not recurrent operators and not their weights."""
