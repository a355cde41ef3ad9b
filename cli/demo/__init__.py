"""The demo: three clients' trackers, the service, and a check that plays its people."""
