"""What a hostile user, a hostile relay or a hostile file could try, tested where they would: at the door."""
