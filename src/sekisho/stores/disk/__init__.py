"""Files on this machine's disk: encrypted blobs, redacted readings, and what a full disk means."""
