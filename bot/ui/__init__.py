"""Discord: the client, cards, buttons, modals, the messenger that edits, and the reader's language."""
