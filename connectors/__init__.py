"""Trackers behind one contract; each is found by its entry point."""
