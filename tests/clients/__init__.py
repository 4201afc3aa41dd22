"""Clients that people use, against the server as people start it: over HTTP and over stdio.

Left out, and why:
- Kiro, Cursor, VS Code and JetBrains are not in any package registry.
- opencode (its `mcp list` says the same as Claude Code's) is another 150 MB.
- Codex CLI is asked nothing without an account: `codex mcp list` does not connect.
- langchain-mcp-adapters 0.3 does not import on the Python SDK 2, so it runs on SDK 1 here.
"""
