"""Slash commands, one module per provider or topic. A cog turns options into a submission and hands it over."""
