"""Which release a requirement goes into; pure."""
