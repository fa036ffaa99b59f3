"""The doors of an application: an HTTP or a REST API behind its host names, and a WebSocket API."""
