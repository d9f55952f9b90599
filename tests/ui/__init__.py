"""What Discord shows: pure parts."""
