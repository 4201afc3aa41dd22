"""The MCP conformance suites and the Inspector, run against a server of ours over real HTTP."""
