"""The offline world: everything needed to see and test the bot without Discord and without a relay."""
