"""Terraform version constraints, as HashiCorp writes them: `~> 1.11`, `>= 1.9, < 2.0`, `1.11.4`."""

import dataclasses
import functools
import re

_VERSION = re.compile(
    r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?", re.ASCII
)
_TERM = re.compile(r"(=|!=|>=|<=|>|<|~>)?\s*(\S+)")


@functools.total_ordering
@dataclasses.dataclass(frozen=True)
class Version:
    """A version, ordered as SemVer does: a pre-release comes before its release."""

    parts: tuple[int, int, int]
    prerelease: str = ""
    precision: int = 3

    @staticmethod
    def parse(text: str) -> "Version":
        """Read a version.

        Raises:
            ValueError: `text` is no version.
        """
        found = _VERSION.fullmatch(text.strip())
        if not found:
            raise ValueError(text)
        given = [g for g in found.group(1, 2, 3) if g is not None]
        numbers = [int(g) for g in given] + [0, 0]
        return Version((numbers[0], numbers[1], numbers[2]), found.group(4) or "", len(given))

    def _key(self) -> tuple[tuple[int, int, int], bool, list[tuple[bool, int, str]]]:
        identifiers = self.prerelease.split(".") if self.prerelease else []
        ranked = [(not i.isdigit(), int(i) if i.isdigit() else 0, i) for i in identifiers]
        return self.parts, not self.prerelease, ranked

    def __lt__(self, other: "Version") -> bool:
        """Order by parts, then pre-release."""
        return self._key() < other._key()

    def __eq__(self, other: object) -> bool:
        """Compare without regard to how precisely the version was written."""
        return isinstance(other, Version) and self._key() == other._key()

    def __hash__(self) -> int:
        """Hash what equality compares."""
        return hash((self.parts, self.prerelease))

    def __str__(self) -> str:
        """Write the version in full."""
        text = ".".join(map(str, self.parts))
        return f"{text}-{self.prerelease}" if self.prerelease else text


@dataclasses.dataclass(frozen=True)
class Constraint:
    """A conjunction of terms; the empty constraint allows every release."""

    terms: tuple[tuple[str, Version], ...]
    text: str

    @staticmethod
    def parse(text: str) -> "Constraint":
        """Read a constraint.

        Raises:
            ValueError: `text` is no constraint.
        """
        terms: list[tuple[str, Version]] = []
        for term in filter(None, (t.strip() for t in text.split(","))):
            found = _TERM.fullmatch(term)
            if not found:
                raise ValueError(text)
            terms.append((found.group(1) or "=", Version.parse(found.group(2))))
        return Constraint(tuple(terms), text)

    def allows(self, version: Version) -> bool:
        """Say whether `version` meets every term, as HashiCorp's go-version judges them.

        A pre-release is allowed only where a term names one: nobody gets a beta unasked.
        """
        if version.prerelease and not any(v.prerelease for _, v in self.terms):
            return False
        return all(_meets(op, version, wanted) for op, wanted in self.terms)


def _meets(operator: str, version: Version, wanted: Version) -> bool:
    if operator in ("=", "!="):
        return (version == wanted) is (operator == "=")
    if version.prerelease and not (wanted.prerelease and version.parts == wanted.parts):
        return False
    if operator == "~>":
        if wanted.prerelease and not version.prerelease:
            return False
        kept = wanted.precision - 1
        return version >= wanted and version.parts[:kept] == wanted.parts[:kept]
    answers = {
        ">": version > wanted,
        ">=": version >= wanted,
        "<": version < wanted,
        "<=": version <= wanted,
    }
    return answers[operator]
