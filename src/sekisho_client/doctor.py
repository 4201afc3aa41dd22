"""Looks at the way to a server step by step, and says at which one it ends and what to do.

Each step is bounded in time, whatever the other side does. A step that needs one that failed is
skipped. The token is sent only once the way is known to be safe and the server to be a Sekisho.
"""

import dataclasses
import http.client
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from sekisho_client import __version__, probes
from sekisho_client.doctor_mcp import Conversation, McpProblem
from sekisho_client.doctor_texts import SAYS
from sekisho_client.probes import Answer, Place
from sekisho_client.settings import is_loopback

OK, NG, SKIP = "OK", "NG", "SKIP"
_SKEW = 60
"""Seconds that two clocks may be apart: tokens and approvals expire by them."""
_SOON = 14
_PATIENCE = 3
"""How often a step may use its time: DNS, connection and answer each have a limit of their own."""
_TOKEN_LETTERS = frozenset(map(chr, range(0x21, 0x7F)))
_UNKNOWN_ISSUER = frozenset({2, 18, 19, 20, 21})
_EXPIRED, _NAME = 10, frozenset({62, 64})
_DAY = 86_400


@dataclasses.dataclass(frozen=True)
class Finding:
    """What a step found: a stable code, and its facts."""

    step: str
    result: str
    code: str
    facts: dict[str, Any] = dataclasses.field(default_factory=dict[str, Any])

    def text(self, language: str) -> str:
        """Say what was found."""
        return SAYS[self.code].what(self.facts).of(language)

    def fix(self, language: str) -> str:
        """Say what to do; empty where there is nothing."""
        return SAYS[self.code].step(self.facts).of(language)


@dataclasses.dataclass
class Visit:
    """One look at one server, and what was learnt on the way."""

    place: Place
    token: str | None
    endpoint: str
    now: Callable[[], datetime]
    conversation: Conversation | None = None
    health: Answer | None = None
    asked_at: datetime | None = None


class _Found(Exception):
    """The result of a step."""

    def __init__(self, result: str, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.result = result
        self.code = code
        self.facts = facts


def examine(visit: Visit) -> Iterator[Finding]:
    """Walk the steps; one that fails ends those that need it."""
    broken: set[str] = set()
    for name, needs, step in STEPS:
        if broken & set(needs):
            finding = Finding(name, SKIP, "step_skipped")
        else:
            finding = _bounded(name, step, visit)
        if finding.result == NG or finding.code == "step_skipped":
            broken.add(name)
        yield finding


def _bounded(name: str, step: Callable[[Visit], None], visit: Visit) -> Finding:
    answers: queue.Queue[Finding] = queue.Queue()
    limit = visit.place.timeout * _PATIENCE

    def look() -> None:
        answers.put(_taken(name, step, visit))

    # A thread that is given up on must not keep the process: some calls (DNS) know no time limit.
    threading.Thread(target=look, name=f"doctor-{name}", daemon=True).start()
    try:
        return answers.get(timeout=limit)
    except queue.Empty:
        return Finding(name, NG, "step_silent", {"seconds": f"{limit:g}"})


def _taken(name: str, step: Callable[[Visit], None], visit: Visit) -> Finding:
    try:
        step(visit)
    except _Found as found:
        return Finding(name, found.result, found.code, found.facts)
    except TimeoutError:
        return Finding(name, NG, "server_silent", {"seconds": f"{visit.place.timeout:g}"})
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Finding(name, NG, "server_broken", {"problem": _why(error)})
    except (KeyError, TypeError, AttributeError):  # JSON of a form that no Sekisho answers
        return Finding(name, NG, "server_broken", {"problem": "unknown form"})
    raise AssertionError(name)


def _dns(visit: Visit) -> None:
    host, port = visit.place.first_hop
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise _Found(NG, "dns_unknown", host=host) from None
    addresses = sorted({str(entry[4][0]) for entry in found})
    raise _Found(OK, "dns_ok", host=host, addresses=", ".join(addresses[:4]))


def _tcp(visit: Visit) -> None:
    _, port = visit.place.first_hop
    try:
        probes.connect(visit.place).close()
    except TimeoutError:
        seconds = f"{visit.place.timeout:g}"
        raise _Found(NG, "tcp_silent", port=port, seconds=seconds) from None
    except ConnectionRefusedError:
        raise _Found(NG, "tcp_refused", port=port) from None
    except OSError as error:
        raise _Found(NG, "tcp_unreachable", problem=_why(error)) from None
    raise _Found(OK, "tcp_ok", port=port)


def _proxy(visit: Visit) -> None:
    place = visit.place
    if place.proxy is None:
        raise _Found(SKIP, "proxy_none")
    try:
        if place.context:
            probes.tunnel(place)
    except (OSError, http.client.HTTPException) as error:
        raise _Found(NG, "proxy_refused", proxy=place.proxy_name, problem=_why(error)) from None
    raise _Found(OK, "proxy_ok", proxy=place.proxy_name)


def _tls(visit: Visit) -> None:
    place = visit.place
    if place.context is None:
        local = is_loopback(place.url.geturl())
        raise _Found(SKIP, "tls_loopback") if local else _Found(NG, "tls_absent")
    try:
        version, certificate = probes.handshake(place)
    except ssl.SSLCertVerificationError as error:
        raise _certificate_problem(error, place.host) from None
    except ssl.SSLError as error:
        spoken = error.reason in (None, "WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE")
        code = "tls_not_spoken" if spoken else "tls_failed"
        raise _Found(NG, code, port=place.port, problem=_why(error)) from None
    except TimeoutError:
        raise
    except OSError as error:
        raise _Found(NG, "tls_not_spoken", port=place.port, problem=_why(error)) from None
    ends = ssl.cert_time_to_seconds(str(certificate["notAfter"]))
    days = int((ends - visit.now().timestamp()) // _DAY)
    raise _Found(OK, "tls_ok" if days >= _SOON else "tls_expires_soon", version=version, days=days)


def _certificate_problem(error: ssl.SSLCertVerificationError, host: str) -> _Found:
    if error.verify_code in _UNKNOWN_ISSUER:
        return _Found(NG, "tls_issuer_unknown")
    if error.verify_code == _EXPIRED:
        return _Found(NG, "tls_expired")
    if error.verify_code in _NAME:
        return _Found(NG, "tls_name_wrong", host=host)
    return _Found(NG, "tls_failed", problem=_why(error))


def _server(visit: Visit) -> None:
    visit.asked_at = visit.now()
    answer = probes.ask(visit.place, "GET", "/health", {"Accept": "application/json"})
    visit.health = answer
    if HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST:
        raise _Found(NG, "server_redirects", to=_without_query(answer.headers.get("location", "?")))
    known = answer.document()
    if answer.status != HTTPStatus.OK or known.get("service") != "sekisho":
        raise _Found(NG, "server_other")
    if not visit.endpoint:
        visit.endpoint = str(known.get("endpoint") or "/mcp")
    raise _Found(OK, "server_ok", version=known.get("version", "?"))


def _auth(visit: Visit) -> None:
    if not visit.token:
        local = is_loopback(visit.place.url.geturl())
        raise _Found(SKIP, "token_none") if local else _Found(NG, "token_missing")
    if not set(visit.token) <= _TOKEN_LETTERS:
        raise _Found(NG, "token_malformed")
    headers = {"Accept": "application/json", "Authorization": f"Bearer {visit.token}"}
    answer = probes.ask(visit.place, "GET", "/api/v1/workspaces?limit=1", headers)
    if answer.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise _Found(NG, "token_refused", error=answer.error_code() or answer.status)
    if answer.status != HTTPStatus.OK:
        raise _Found(NG, "token_unclear", status=answer.status)
    raise _Found(OK, "token_ok")


def _mcp(visit: Visit) -> None:
    conversation = Conversation(visit.place, visit.endpoint, visit.token)
    try:
        conversation.open()
    except McpProblem as problem:
        if problem.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN) and not visit.token:
            raise _Found(NG, "token_missing") from None
        facts = {"endpoint": visit.endpoint, "status": problem.status, "problem": problem.what}
        raise _Found(NG, "mcp_refused" if problem.status else "mcp_broken", **facts) from None
    visit.conversation = conversation
    raise _Found(OK, "mcp_ok", tools=len(conversation.tools), protocol=conversation.protocol)


def _caller(visit: Visit) -> None:
    answer = _called(visit, "caller_get", "caller")
    caller: Any = answer.get("caller")
    raise _Found(OK, "caller_ok", person=caller["person"])


def _workspaces(visit: Visit) -> None:
    found: Any = _called(visit, "workspace_list", "workspaces").get("workspaces")
    if not found:
        raise _Found(NG, "workspaces_none")
    raise _Found(OK, "workspaces_ok", count=len(found))


def _called(visit: Visit, tool: str, key: str) -> dict[str, Any]:
    """Call a tool. Raises _Found where it is not offered, or answers with an error."""
    conversation = visit.conversation
    noun = "caller" if key == "caller" else "workspaces"
    if conversation is None or tool not in conversation.tools:
        raise _Found(SKIP, f"{noun}_away")
    try:
        answer = conversation.call(tool)
    except McpProblem as problem:
        raise _Found(NG, f"{noun}_refused", error=problem.what) from None
    if key not in answer:
        raise _Found(NG, f"{noun}_refused", error=f"no {key} in the answer")
    return answer


def _clock(visit: Visit) -> None:
    told = visit.health.headers.get("date", "") if visit.health else ""
    try:
        theirs = parsedate_to_datetime(told)
    except ValueError:
        raise _Found(SKIP, "clock_unknown") from None
    ours = visit.asked_at or visit.now()
    if theirs.tzinfo is None:
        raise _Found(SKIP, "clock_unknown")
    seconds = abs(int((ours - theirs).total_seconds()))
    if seconds > _SKEW:
        raise _Found(NG, "clock_skewed", seconds=seconds)
    raise _Found(OK, "clock_ok", seconds=max(seconds, 1))


def _versions(visit: Visit) -> None:
    server = str(visit.health.document().get("version", "")) if visit.health else ""
    if server.split(".")[:2] != __version__.split(".")[:2]:
        raise _Found(NG, "versions_differ", client=__version__, server=server or "?")
    raise _Found(OK, "versions_ok", version=server)


_WAY = ("dns", "tcp", "proxy", "tls", "server")
STEPS: tuple[tuple[str, tuple[str, ...], Callable[[Visit], None]], ...] = (
    ("dns", (), _dns),
    ("tcp", ("dns",), _tcp),
    ("proxy", ("tcp",), _proxy),
    ("tls", ("proxy",), _tls),
    ("server", ("tls",), _server),
    ("auth", _WAY, _auth),
    ("mcp", (*_WAY, "auth"), _mcp),
    ("caller", ("mcp",), _caller),
    ("workspaces", ("mcp", "caller"), _workspaces),
    ("clock", _WAY, _clock),
    ("versions", _WAY, _versions),
)
"""Each step, what must have gone well for it, and what looks."""


def _why(error: BaseException) -> str:
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None)
    return str(reason or str(error) or type(error).__name__)


def _without_query(address: str) -> str:
    parts = urlsplit(address)
    shown = parts._replace(query="", fragment="", netloc=parts.netloc.rpartition("@")[2])
    return shown.geturl()[:200]
