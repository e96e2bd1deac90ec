"""What each operator gives, by a table; recurrent operators are in `recurrent`."""
