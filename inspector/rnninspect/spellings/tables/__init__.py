"""The spellings themselves: rows of names, and the records that they are made of."""
