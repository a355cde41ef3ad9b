"""Measured comparisons; every benchmark runs its baseline itself."""
