"""The offline world as a newcomer meets it: its own process, and a real Chromium on its page."""
