"""The use cases and their pure parts."""
