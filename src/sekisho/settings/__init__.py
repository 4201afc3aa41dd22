"""The environment, read once and typed. Only app.py and cli may import this."""

from sekisho.settings.fields import Settings
from sekisho.settings.reading import environment, inside_ecs, read_settings, unknown_settings

__all__ = ["Settings", "environment", "inside_ecs", "read_settings", "unknown_settings"]
