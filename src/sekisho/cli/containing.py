"""What a long-running server does so that what it starts can do it no harm."""

from sekisho.app import make_containment
from sekisho.edge.passages import Event
from sekisho.settings import Settings

_NOTHING_HOLDS = "nothing keeps a configuration from the server's files: Linux 5.13 or later does"


def contain(settings: Settings, event: Event) -> None:
    """Hide this process from what it starts, and say in the log what holds that."""
    from sekisho.executors.containment import LocalContainment, hide_memory

    hidden, made = hide_memory(), make_containment(settings)
    if not isinstance(made, LocalContainment):
        warning = "SEKISHO_CONTAINMENT=off: a configuration can read all that this server can"
        event("containment.off", hidden=hidden, warning=warning)
        return
    why = made.why_not(settings.data_dir / "terraform" / "work")
    event(
        "containment.active",
        landlock=made.levels.landlock,
        accounts=why or str(settings.containment_accounts),
        limits=made.levels.tool or "none: prlimit is not installed",
        hidden=hidden,
        **({} if made.levels.holds else {"warning": _NOTHING_HOLDS}),
    )
