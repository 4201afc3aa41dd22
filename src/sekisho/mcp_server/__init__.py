"""The face for agents: tools, prompts and a guide, over the Model Context Protocol.

`server.build_server` makes the server, `http.McpEndpoint` and `stdio.serve_stdio` carry it.
"""
