"""Words in a text that are keys by their looks, or hold a secret in base64."""

import re
from collections.abc import Callable, Iterator

from sekisho.domain.states import MASK
from sekisho.terraform.encoded import Content, Decoder, random_or

_WORD = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}+={0,2}")
_WRAPPED = re.compile(
    r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{56,100}+"
    r"(?:(?:\r?\n|\\n)[ \t]*+[A-Za-z0-9+/]{4,100}+)++={0,2}"
)
_PUBLIC = re.compile(
    r"-----BEGIN (?!(?:[A-Z0-9]+ ){0,3}PRIVATE)[A-Z0-9 ]{3,40}-----"
    r".*?(?:-----END [A-Z0-9 ]{3,40}-----|\Z)",
    re.DOTALL,
)
_DIGEST_NAMES = (
    r"hash(?:es)?|etag|check_?sum|digests?|md5|sha_?-?\d{1,3}|fingerprint|thumbprint|integrity"
    r"|version_?id|object_?version|serial(?:_?number)?|crc32c?|unique_?id|canonical_?id|h1|zh"
    r"|certificate_?chain|public_?key|ca_?data|certificate_?authority(?:[_-]?data)?"
)
_DIGEST = re.compile(rf"(?:{_DIGEST_NAMES})(?:\[[^\]]*\])?$", re.IGNORECASE)
_DIGEST_AHEAD = re.compile(
    rf"(?:{_DIGEST_NAMES})\\*[\"']?\]?\s{{0,5}}(?:[=:-]\s{{0,5}})?[\[\s]*\\*[\"']?\Z", re.IGNORECASE
)
_INTEGRITY = re.compile(r"(?:sha(?:256|384|512)|md5)-[A-Za-z0-9+/]{20,88}={0,2}")
_AHEAD = 60


def holds_digest(name: str) -> bool:
    """Say whether a field of this name holds a digest or a public identifier."""
    return _DIGEST.search(name[-_AHEAD:]) is not None


def mask_words(text: str, holds: Callable[[str], bool], *, digests: bool = False) -> str:
    """Mask words that hold a secret or look like a key; `digests`: the text is a digest itself."""
    words = _Words(text, holds, digests)
    if "\n" in text or "\\n" in text:
        found = [m.span() for m in _WRAPPED.finditer(text) if words.wrapped(m[0])]
        if found:
            return _masked(text, found)
    return _masked(text, list(words.secret()))


class _Words:
    """The words of one text."""

    def __init__(self, text: str, holds: Callable[[str], bool], digests: bool) -> None:
        self._text, self._digests = text, digests
        self._decoder = Decoder(holds)
        self._public = [m.span() for m in _PUBLIC.finditer(text)] if "-----BEGIN" in text else []

    def secret(self) -> Iterator[tuple[int, int]]:
        for found in _WORD.finditer(self._text):
            start, end = found.span()
            content = self._decoder.look(found[0])
            if content is Content.SECRET or (
                random_or(content, found[0]) and not self._excused(found)
            ):
                yield start, end

    def wrapped(self, block: str) -> bool:
        """Say whether base64 over several lines holds a secret."""
        return self._decoder.look(block.replace("\\n", "\n")) is Content.SECRET

    def _excused(self, word: re.Match[str]) -> bool:
        at = word.start()
        if self._digests or _INTEGRITY.fullmatch(word[0]):
            return True
        if any(start <= at < end for start, end in self._public):
            return True
        return _DIGEST_AHEAD.search(self._text[max(0, at - _AHEAD) : at]) is not None


def _masked(text: str, spans: list[tuple[int, int]]) -> str:
    kept, at = list[str](), 0
    for start, end in spans:
        kept += [text[at:start], MASK]
        at = end
    return "".join([*kept, text[at:]]) if spans else text
