"""The pages and the JSON API."""

from web.site import mount, routes

__all__ = ["mount", "routes"]
