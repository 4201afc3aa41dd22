"""Faces: tools in memory, pages, the API, one error shape."""
