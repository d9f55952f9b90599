"""The bot as its own process, between a simulated Discord and a simulated relay."""
