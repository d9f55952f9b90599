"""Darkroom: a self-hosted Discord bot for every generation provider behind one relay key."""

__version__ = "0.1.0"
