"""What each provider sends and reads, by recorded answers."""
