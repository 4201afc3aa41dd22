"""Stores: `memory` for tests and trials, `sqlite` with files on disk; see `ports.stores`."""
