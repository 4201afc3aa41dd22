"""Inspection: what a configuration would run or reach for, and what the operator lets it."""

import dataclasses
import fnmatch
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Literal

Treatment = Literal["allow", "warn", "refuse"]
TREATMENTS: tuple[Treatment, ...] = ("allow", "warn", "refuse")

MOST = 200
"""Findings that are kept of one configuration."""


class FindingKind(StrEnum):
    """What was found. The values are stable codes; `docs/` lists them."""

    UNMODELLED = "unmodelled"
    BACKEND = "backend"
    BACKEND_CREDENTIALS = "backend_credentials"
    CLOUD = "cloud"
    PROVIDER_CREDENTIALS = "provider_credentials"
    PROVIDER_EXEC = "provider_exec"
    PROVIDER_SOURCE = "provider_source"
    MODULE_SOURCE = "module_source"
    MODULE_OUTSIDE = "module_outside"
    EXTERNAL_DATA = "external_data"
    PROVISIONER = "provisioner"
    ACTION = "action"
    FILE_OUTSIDE = "file_outside"
    FILE_UNKNOWN = "file_unknown"
    TEMPLATE_UNKNOWN = "template_unknown"
    REMOTE_STATE = "remote_state"
    REMOTE_STATE_UNSAFE = "remote_state_unsafe"
    TERRAFORM_FOLDER = "terraform_folder"
    PLUGIN_FOLDER = "plugin_folder"
    CLI_CONFIGURATION = "cli_configuration"
    OVERRIDE_FILE = "override_file"
    STACK_FILE = "stack_file"
    QUERY_FILE = "query_file"
    TEST_FILE = "test_file"


K = FindingKind

DEFAULTS: Mapping[FindingKind, Treatment] = {
    **dict.fromkeys(FindingKind, "refuse"),
    # The server writes its own backend over it: it is only misleading.
    K.BACKEND: "warn",
    K.REMOTE_STATE: "warn",
    # Terraform reads these for commands alone that the server never runs.
    K.STACK_FILE: "warn",
    K.QUERY_FILE: "warn",
    K.TEST_FILE: "warn",
}
"""What happens where the operator says nothing."""

ALWAYS_REFUSED = frozenset({K.TERRAFORM_FOLDER, K.PLUGIN_FOLDER, K.CLI_CONFIGURATION})
"""Nobody can allow these: they are no part of a configuration."""

PROVIDERS = ("registry.terraform.io/hashicorp/*", "terraform.io/builtin/*")
"""Providers that a configuration may use where the operator says nothing."""


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    """One thing that was found: what, where, and in which words of the configuration."""

    file: str
    line: int
    kind: FindingKind
    subject: str = ""
    detail: str = ""

    @property
    def place(self) -> str:
        """Where it was found: `main.tf:12`."""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclasses.dataclass(frozen=True)
class Policy:
    """What the operator lets configurations do: for each kind, and by source."""

    kinds: Mapping[FindingKind, Treatment] = dataclasses.field(
        default_factory=dict[FindingKind, Treatment]
    )
    modules: tuple[str, ...] = ()
    providers: tuple[str, ...] = PROVIDERS

    def treatment(self, finding: Finding) -> Treatment:
        """Say what is done about a finding."""
        kind = finding.kind
        if kind in ALWAYS_REFUSED:
            return "refuse"
        if kind is K.MODULE_SOURCE and _like(finding.detail, self.modules):
            return "allow"
        if kind is K.PROVIDER_SOURCE and _like(finding.detail, self.providers):
            return "allow"
        return self.kinds.get(kind, DEFAULTS[kind])

    def sorted_out(self, findings: Iterable[Finding]) -> "Judged":
        """Sort findings by what is done about them; what is allowed is left out."""
        refused, warned = list[Finding](), list[Finding]()
        for finding in sorted(set(findings)):
            treatment = self.treatment(finding)
            if treatment != "allow":
                (refused if treatment == "refuse" else warned).append(finding)
        return Judged(tuple(refused[:MOST]), tuple(warned[:MOST]))

    def canonical(self) -> dict[str, Any]:
        """Write what differs from the defaults: part of the rules version."""
        kinds = {str(k): v for k, v in sorted(self.kinds.items()) if v != DEFAULTS[k]}
        found: dict[str, Any] = {"kinds": kinds, "modules": list(self.modules)}
        if self.providers != PROVIDERS:
            found["providers"] = list(self.providers)
        return {name: value for name, value in found.items() if value}

    def version(self) -> str:
        """Return its digest; empty where it is the default one."""
        said = self.canonical()
        if not said:
            return ""
        return f"sha256:{hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()}"


DEFAULT_POLICY = Policy()


@dataclasses.dataclass(frozen=True)
class Judged:
    """What is refused, and what is only said."""

    refused: tuple[Finding, ...] = ()
    warned: tuple[Finding, ...] = ()

    def __add__(self, other: "Judged") -> "Judged":
        """Put what a later look found behind it."""
        refused = dict.fromkeys((*self.refused, *other.refused))
        warned = dict.fromkeys((*self.warned, *other.warned))
        return Judged(tuple(refused)[:MOST], tuple(warned)[:MOST])


NOTHING_FOUND = Judged()


def _like(source: str, patterns: Sequence[str]) -> bool:
    # `git::https://host/ours/../theirs` is theirs: whoever fetches it takes the dots away.
    # Dots, slashes and percent signs that are written as escapes are nobody's honest source.
    if ".." in re.split(r"[/\\?&=]", source) or re.search("%(2e|2f|5c|25)", source, re.IGNORECASE):
        return False
    return any(fnmatch.fnmatchcase(source, pattern) for pattern in patterns)
