"""What leaves the process: typed, capped, and passed through a second redaction net.

Each noun has its view: a pydantic model (its JSON is the structured form) with a `text()` that says
the essential in plain words, for models and terminals. Faces show views and nothing else.
"""
