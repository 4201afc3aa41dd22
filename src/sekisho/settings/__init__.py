"""The environment, read once and typed. Only app.py and cli may import this."""

from sekisho.settings.doors import DOORS, Door
from sekisho.settings.fields import Settings
from sekisho.settings.kinds import Accounts, Ports, Rate
from sekisho.settings.reading import (
    environment,
    given_transport,
    inside_ecs,
    read_settings,
    setting_remarks,
    unknown_settings,
)

__all__ = [
    "DOORS",
    "Accounts",
    "Door",
    "Ports",
    "Rate",
    "Settings",
    "environment",
    "given_transport",
    "inside_ecs",
    "read_settings",
    "setting_remarks",
    "unknown_settings",
]
