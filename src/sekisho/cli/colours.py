"""Which colour a word of ours has on the terminal: a status, a risk, the result of a check."""

from collections.abc import Mapping

from sekisho_client.colours import Tone

TONES: Mapping[str, Tone] = {
    "plan_queued": Tone.QUIET,
    "planning": Tone.WORK,
    "awaiting_approval": Tone.WAIT,
    "approved": Tone.GOOD,
    "apply_queued": Tone.WORK,
    "applying": Tone.WORK,
    "applied": Tone.GOOD,
    "no_changes": Tone.QUIET,
    "blocked": Tone.BAD,
    "rejected": Tone.BAD,
    "discarded": Tone.QUIET,
    "canceled": Tone.QUIET,
    "expired": Tone.QUIET,
    "stale": Tone.QUIET,
    "errored": Tone.BAD,
    "interrupted": Tone.BAD,
    "safe": Tone.GOOD,
    "review": Tone.WAIT,
    "dangerous": Tone.BAD,
    "irreversible": Tone.BAD,
    "OK": Tone.GOOD,
    "NG": Tone.BAD,
    "SKIP": Tone.QUIET,
}
"""Word of a status, a risk or a check → its tone."""
