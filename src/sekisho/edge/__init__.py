"""The edge: what every HTTP request passes before a face sees it, one concept a module.

From the outside in: `connections` (heads that are slow or huge), `passages` (id, client, headers of
every answer, log), `hosts`, `cors` over `origins`, `crowds`, `rates` over `buckets`, `bodies`,
`answer_caps`; `layers` puts them together. `certificates` is TLS. Pure ASGI; no engine.
"""
