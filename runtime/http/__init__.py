"""An application behind a socket: TLS or loopback, and connections that have an end."""
