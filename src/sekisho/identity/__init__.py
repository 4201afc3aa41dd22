"""Who is asking, and what the server signs and keeps secrets with."""
