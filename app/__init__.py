"""Composition root: configuration, wiring, the ASGI application."""
