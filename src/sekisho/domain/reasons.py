"""A reason that can be stored with a change and said in both languages whenever it is read.

It stands apart from the judgement (`risks.py`), so that what a plan is made of can carry reasons.
"""

import dataclasses

from sekisho.domain.risk_texts import RISK_TEXTS, THE_DATA
from sekisho.domain.stateful import expires, guarded_by, stateful
from sekisho.domain.text import Text, plain

_CODE_CAP = 100


@dataclasses.dataclass(frozen=True)
class Reason:
    """One sentence to be said: a code of `RISK_TEXTS` and what fills it in. Strings alone."""

    code: str
    facts: tuple[tuple[str, str], ...] = ()


def words(reason: Reason) -> Text:
    """Say a stored reason in both languages; a code of a later version speaks for itself."""
    text = RISK_TEXTS.get(reason.code)
    if text is None:
        code = plain(reason.code, _CODE_CAP)
        return Text(code, code)
    facts: dict[str, object] = dict(reason.facts)
    if "type" in facts:
        facts["what"] = _what(reason.code, str(facts["type"]))
    return text.fill(facts)


def _what(code: str, type_: str) -> Text:
    if code == "guard_gone":
        return guarded_by(type_) or THE_DATA
    if code == "expires":
        return expires(type_) or THE_DATA
    row = stateful(type_)
    return row.what if row else THE_DATA
