"""Plain HTTP on this machine: a client of it needs to read no certificates."""

import ssl

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""To verify with; reading the public authorities takes each new client 20 ms."""
