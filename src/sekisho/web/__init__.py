"""The face for people: the console, server-rendered, and what machines ask over plain HTTP."""
