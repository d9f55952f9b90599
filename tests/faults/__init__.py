"""Everything that can go wrong, driven through the public door."""
