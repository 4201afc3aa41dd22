"""Secrets that stand behind a label: assignments in any notation, pairs of name and value, flags.

JSON, YAML, INI, environment files, URL queries, connection strings, XML and shell all write a name,
a sign and a value. The name decides (`telling`), then the value has its say (`harmless`).
"""

import re
from collections.abc import Callable, Iterator

from sekisho.domain.secret_names import harmless, prose
from sekisho.domain.states import MASK

Tells = Callable[[str], bool]
Span = tuple[int, int]

_LEAST = 3
_NEAR = 120
_HEAD = re.compile(
    r"""(?<![\w.$-])(?P<name>[\w.$-]++)(?P<close>(?:\\*+["'`])?+\]?+["'`]?+)"""
    r"""[ \t]*+(?P<sign>=>|:=|==?|[:：＝])(?:(?<=:)\s{1,40}(?=\\?["'])|[ \t]*+)(?!//)"""
)
_OPEN = re.compile(r"""\\*+["'`]""")
_STOPS = r"""\s"'`,;&\\)}\]><"""
_BARE = re.compile(
    rf"(?:[^{_STOPS}]|[,;&)}}\]><](?![\w.-]{{0,60}}[=:]|/?\w{{1,60}}>|[{_STOPS}]|\Z)"
    r"""|\\(?![nrt"'`\\]|u00)|\\{2,8}(?![nrt"'`\\]))++"""
)
_REST = re.compile(r"""(?:[^\s#"'\\]+[ \t]?){1,6}(?=[ \t]*(?:\r?\n|\\[nr]|\Z|\#))""")
_BEGINS = re.compile(r"(?:^|[\n]|\\n)[ \t-]*\Z")
_SCALAR = re.compile(r"[|>][-+\d]{0,2}[ \t]*\r?\n((?:[ \t]+[^\n]*(?:\n|\Z)|[ \t]*\n)+)")
_HEREDOC = re.compile(r"<<[-~]?[\"']?(\w{1,40})[\"']?\r?\n(.*?)(?:\r?\n[ \t]*\1\b|\Z)", re.DOTALL)
_ARN = re.compile(
    r"(?:\barn:[\w-]{1,20}:secretsmanager:[\w-]{0,30}:\w{0,20}:"
    r"|\bresolve:(?:ssm|secretsmanager)[\w-]{0,10}:[\w./-]{1,80}:)\Z"
)
_PROGRESS = re.compile(
    r"(?:Creating|Refreshing state|Reading|Destroying|Modifying|Importing|Opening|Closing"
    r"|Renewing|Still [a-z]{4,12})\.\.\."
    r"|(?:Creation|Destruction|Modifications|Read|Refresh|Opening|Closing|Import|Renewal)"
    r" (?:complete|errored|failed|prepared)"
    r"|Plan to [a-z]{4,8}\b|Drift detected|Provisioning with|Preparing import|Import prepared"
)
_SCHEME = re.compile(
    r"(?:bearer|basic|token|digest|apikey|api-key|negotiate|bot|oauth)[ \t]+", re.IGNORECASE
)
_NAMES = re.compile(
    r"(?:\w{0,20}[._-])?(?:name|key|parameter_?key|option_?name|variable)", re.IGNORECASE
)
_VALUES = re.compile(
    r"(?:\w{0,20}[._-])?(?:string_?)?(?:value|parameter_?value|content)", re.IGNORECASE
)
_USER_AND_PASSWORD = re.compile(r"(?:[A-Za-z0-9+/]{4}){2,}(?:[A-Za-z0-9+/]{2}(?:==)?|[\w+/]{3}=?)?")

_FLAG = re.compile(
    r"(?<![\w-])(?:--?|/)(?P<name>[A-Za-z][\w.-]{1,60}+)(?:[ \t]++|=|:)"
    r"(?![-/]{1,2}[a-z])"
)
_COMMANDS = re.compile(
    r"""
    (?:\b(?:mysql|mariadb|sshpass|mongo|cqlsh|7z|zip|unzip|redis-cli|ldap|sqlcmd|htpasswd)\w{0,12}\b
        |\b(?:docker|podman|nerdctl|helm|skopeo|buildah|oras|crane|az|oc|registry)\b[^\n|;]{0,80}?
        \blogin\b)
        [^\n|;]{0,200}?[ ]-[pPawW](?:[ ]|(?=[^\s-]))["']?(?P<one>[^\s"'\\|;]{3,200})
    | \b(?:curl|wget|https?|ab|svn|lftp|ncftp)\b[^\n|;]{0,300}?[ ]
        (?:-u|-a|-U|--user|--proxy-user|--auth|--netrc)[ =]?["']?[^\s:"'/]{1,100}:
        (?P<two>[^\s"'\\|;]{3,200})
    | \bmachine[ ]\S{1,200}\s+login[ ]\S{1,200}\s+password[ ](?P<three>\S{3,200})
    | \bpass(?:in|out)?[ ]{1,3}pass:(?P<four>[^\s"'\\|;]{3,200})
    | \bidentified\s{1,5}(?:with\s\S{1,60}\s{1,5})?by\s{1,5}(?:password\s)?['"]
        (?P<five>[^'"\n]{3,200})
    | \bpassword\s{1,5}'(?P<six>[^'\n]{3,200})'
    | (?<![\w.-])["']?[\w.-]{1,64}:(?P<seven>[^\s"'|:]{3,200})["']?
        [ ]{0,3}\|[ ]{0,3}(?:sudo[ ])?chpasswd
    | \bnet[ ]{1,3}user[ ]{1,3}[^\s/]{1,60}[ ]{1,3}(?P<eight>[^\s/*"'][^\s"']{2,200})
    | (?:-String[ ]|\bConvertTo-SecureString[ ](?:-String[ ])?)["'](?P<nine>[^"'\n]{3,200})
    | \b(?:setenv|env|arg|set)[ \t]{1,5}(?P<named>[A-Za-z_][\w.]{1,80}+)[ \t]{1,5}
        ["']?(?P<ten>[^\s"'\\|;=][^\s"'\\|;]{2,200})
    | <(?P<tag>[A-Za-z][\w:.-]{1,60}+)>(?P<eleven>[^<\n]{3,400})</(?P=tag)>
    """,
    re.VERBOSE | re.IGNORECASE,
)


def mask_labelled(text: str, tells: Tells) -> str:
    """Mask values whose label tells of a secret; labels and quotes stay."""
    text = _without(text, [*_assigned(text, tells)])
    if " " in text or "<" in text:
        text = _without(text, [*_flagged(text, tells), *_commanded(text, tells)])
    return text


def _without(text: str, spans: list[Span]) -> str:
    if not spans:
        return text
    kept, at = list[str](), 0
    for start, end in sorted(spans):
        if start >= at:
            kept += [text[at:start], MASK]
        at = max(at, end)
    return "".join([*kept, text[at:]])


def _assigned(text: str, tells: Tells) -> Iterator[Span]:
    at, pair = 0, _Pair(tells)
    while head := _HEAD.search(text, at):
        at = head.end()
        name = _name(text, head)
        if ":" in head["sign"] and _elsewhere(text, head):
            continue
        if tells(name) or pair.tells(name, text, head):
            if span := _secret_at(text, head, name):
                at = span[1]
                yield span
        elif name in ("auth", "_auth") and (span := _secret_at(text, head, name)):
            if _USER_AND_PASSWORD.fullmatch(text[slice(*span)]):
                at = span[1]
                yield span
        elif earlier := pair.see(name, text, head):
            yield earlier


def _elsewhere(text: str, head: re.Match[str]) -> bool:
    """Say whether this is part of an ARN, or an address of which Terraform says how far it is."""
    if text[head.start() - 1 : head.start()] == ":":
        return _ARN.search(text[max(0, head.start() - _NEAR) : head.start()]) is not None
    return "." in head["name"] and _PROGRESS.match(text, head.end()) is not None


def _name(text: str, head: re.Match[str]) -> str:
    r"""Return the label; in `\\npassword` the n belongs to the escape."""
    name, start = head["name"], head.start()
    escaped = start > 0 and text[start - 1] == "\\" and name[:1] in "nrt"
    return name[1:] if escaped else name


class _Pair:
    """`{"name": "DB_PASSWORD", "value": …}`: the label is a value itself, before or behind."""

    def __init__(self, tells: Tells) -> None:
        self._tells = tells
        self._named_until, self._value = -1, (-1, -1)

    def tells(self, name: str, text: str, head: re.Match[str]) -> bool:
        near = 0 <= self._named_until <= head.start() <= self._named_until + 120
        between = text[self._named_until : head.start()] if near else "}"
        return near and "}" not in between and _VALUES.fullmatch(name) is not None

    def see(self, name: str, text: str, head: re.Match[str]) -> Span | None:
        if _NAMES.fullmatch(name):
            start, end = value_span(text, head.end(), short=True)
            if end > start and self._tells(text[start:end]):
                self._named_until = end
                return self._behind(text, head)
        elif _VALUES.fullmatch(name):
            self._value = value_span(text, head.end(), short=True)
        return None

    def _behind(self, text: str, head: re.Match[str]) -> Span | None:
        start, end = self._value
        between = text[end : head.start()] if 0 <= end <= head.start() else "}"
        near = len(between) < _NEAR and not set("{}\n") & set(between)
        return (start, end) if near and _is_secret(text[start:end]) else None


def _secret_at(text: str, head: re.Match[str], name: str) -> Span | None:
    at = head.end()
    start, end = value_span(text, at)
    quoted = start > at
    if not quoted and ":" in head["sign"] and text[at - 1 : at] in " \t":
        rest = _REST.match(text, start) if _begins_line(text, head) else None
        end = max(end, rest.end()) if rest else end
    if name.casefold().endswith("authorization"):
        end = _line_end(text, start) if not quoted else end
    scheme = _SCHEME.match(text, start, end + 1 if quoted else len(text))
    if scheme:
        start = scheme.end()
        end = max(end, _BARE.match(text, start).end() if _BARE.match(text, start) else end)  # pyright: ignore[reportOptionalMemberAccess]
    value = text[start:end]
    if not _is_secret(value) or (not quoted and prose(value.partition(" ")[0])):
        return None
    return start, end


def _is_secret(value: str) -> bool:
    return len(value) >= _LEAST and not (len(value) < _LONGEST_HARMLESS and harmless(value))


_LONGEST_HARMLESS = 8000


def _begins_line(text: str, head: re.Match[str]) -> bool:
    return _BEGINS.search(text[max(0, head.start() - 60) : head.start()]) is not None


def _line_end(text: str, start: int) -> int:
    found = re.compile(r"""[^\n"'\\]*+""").match(text, start)
    return found.end() if found else start


def value_span(text: str, at: int, *, short: bool = False) -> Span:
    """Return where the value that begins here starts and ends, without its quotes."""
    opened = _OPEN.match(text, at)
    if opened:
        start = opened.end()
        return start, _closing(text, start, opened[0], start + 200 if short else len(text))
    for shape, group in ((_SCALAR, 1), (_HEREDOC, 2)):
        if text[at : at + 1] in "|><" and (block := shape.match(text, at)):
            return block.span(group)
    bare = _BARE.match(text, at)
    return (at, bare.end()) if bare else (at, at)


def _closing(text: str, start: int, quote: str, limit: int) -> int:
    """Find the quote that ends a value; one with a backslash before it does not."""
    at = text.find(quote, start, limit)
    while at > 0 and text[at - 1] == "\\" and at > start:
        run = at - len(text[start:at].rstrip("\\")) - start
        if len(quote) == 1 and run % 2 == 0:
            break
        at = text.find(quote, at + 1, limit)
    return at if at >= 0 else min(limit, len(text))


def _flagged(text: str, tells: Tells) -> Iterator[Span]:
    at = 0
    while head := _FLAG.search(text, at):
        at = head.end()
        if tells(head["name"]):
            start, end = value_span(text, at)
            if _is_secret(text[start:end]) and not prose(text[start:end]):
                at = end
                yield start, end


def _commanded(text: str, tells: Tells) -> Iterator[Span]:
    for found in _COMMANDS.finditer(text):
        group = next(n for n in _GROUPS if found[n])
        label = found["named"] or found["tag"]
        if (label is None or tells(label)) and _worth(found[group]):
            yield found.span(group)


_GROUPS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"]


def _worth(value: str) -> bool:
    return not value.isdigit() and MASK not in value and not harmless(value) and not prose(value)
