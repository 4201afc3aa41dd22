"""Sekisho: a central Terraform server for AI agents.

Agents plan over the Model Context Protocol; people approve; Sekisho applies exactly what was
approved, with credentials that no laptop ever holds, and can prove who did what.
"""

__version__ = "0.1.0"
