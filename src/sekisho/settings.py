"""The environment, read once and typed. Only app.py and cli may import this."""
