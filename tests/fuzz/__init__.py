"""The API held against its own document by schemathesis."""
