"""``make bench``: figures that anyone can repeat."""
