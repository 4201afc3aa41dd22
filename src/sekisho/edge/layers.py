"""The edge put together, around the app of the faces."""

from collections.abc import Callable

from starlette.types import ASGIApp

from sekisho.edge.answer_caps import AnswerCaps
from sekisho.edge.bodies import Bodies
from sekisho.edge.challenges import Challenges
from sekisho.edge.cors import Cors
from sekisho.edge.crowds import Crowds
from sekisho.edge.hosts import Hosts
from sekisho.edge.options import EdgeOptions
from sekisho.edge.passages import Event, Passages, Refused
from sekisho.edge.proxies import Proxies
from sekisho.edge.rates import Rates


def surrounded(
    app: ASGIApp,
    options: EdgeOptions,
    monotonic: Callable[[], float],
    event: Event,
    told: Refused | None = None,
) -> ASGIApp:
    """Put the edge around an app; `told` hears of what it refuses.

    Pages must be able to read what refuses them, so `Cors` stands outside of all that may.
    """
    inner: ASGIApp = Bodies(AnswerCaps(app, options), options)
    inner = Crowds(Rates(Proxies(inner, options), options, monotonic), options)
    inner = Cors(inner, options)
    if options.scope is not None:
        inner = Challenges(inner, options)
    return Passages(Hosts(inner, options), options, event, told)
