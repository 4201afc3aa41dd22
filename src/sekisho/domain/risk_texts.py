"""TEMPORARY until p-stateful merges."""

from sekisho.domain.risks import Reason
from sekisho.domain.text import Text

_TEXTS = {
    "forced_by": Text("What forces it: {paths}.", "原因となる属性: {paths}。"),
    "state_lost": Text("Stop: the state is probably lost.", "停止してください: state の消失。"),
}


def words(reason: Reason) -> Text:
    text = _TEXTS.get(reason.code)
    if text is None:
        return Text(reason.code, reason.code)
    return text.fill(dict(reason.facts))
