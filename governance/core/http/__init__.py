"""Outgoing connections: where they may go (`guard`, `paths`), and the client that goes there (`client.send`)."""
