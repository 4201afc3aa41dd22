"""One program for each client library: it does what lines of JSON on its stdin ask for.

Its only argument says which server: `{"url": …, "headers": …}` or `{"command": …, "env": …}`.
Each line is `["tools"]`, `["call", NAME, ARGUMENTS]`, `["resource", URI]` or `["prompt", NAME,
ARGUMENTS]`; each answer is one line, an object, which has `failed` where the client raised.
"""
