"""The letterbox: authenticate, keep the raw bytes, answer 202."""
