"""`sekisho.yaml`: raw → valid, with every problem at once and the line that each is on."""

import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sekisho.catalog.documents import MOST_BYTES, Document, Finding, read_document
from sekisho.catalog.people_sections import group_of
from sekisho.catalog.policies_section import with_policies
from sekisho.catalog.rule_checks import hint, speaks_of_what_is_there
from sekisho.catalog.rule_meanings import is_for, rule_of
from sekisho.catalog.sections import (
    BackendSection,
    FileSection,
    SourceSection,
    WorkspaceSection,
)
from sekisho.catalog.target_section import TargetSection
from sekisho.catalog.values import Surroundings
from sekisho.domain.access import EVERYTHING, Access
from sekisho.domain.errors import OperatorFileInvalid
from sekisho.domain.groups import Group
from sekisho.domain.identities import NO_IDENTITIES, Identities
from sekisho.domain.inspections import DEFAULT_POLICY, Policy
from sekisho.domain.policies import RegoPolicy
from sekisho.domain.rules import DAY, DEFAULT_RULES, Rule
from sekisho.domain.scans import NO_SCANNING, Scanning
from sekisho.domain.targets import LOCAL_TARGET, Backend, S3Backend, ServerBackend, Target
from sekisho.domain.workspaces import SourceKind, Workspace

_MOST_SHOWN = 50
_LOCAL = LOCAL_TARGET.name


@dataclass(frozen=True)
class Usual:
    """What holds in a workspace of which the file says nothing."""

    rules: tuple[Rule, ...] = DEFAULT_RULES
    policy: Policy = DEFAULT_POLICY
    scanning: Scanning = NO_SCANNING
    policies: tuple[RegoPolicy, ...] = ()


USUAL = Usual()


@dataclass(frozen=True)
class TerraformSection:
    """Where Terraform and its providers come from; absolute paths.

    `direct`: providers may come from their registries, which is so where no mirror is named.
    """

    binaries: tuple[Path, ...] = ()
    mirror: Path | None = None
    network_mirror: str | None = None
    direct: bool = True


@dataclass(frozen=True)
class OperatorFile:
    """What the operator declared, checked."""

    workspaces: tuple[Workspace, ...]
    terraform: TerraformSection = TerraformSection()
    groups: tuple[Group, ...] = ()
    access: Access = EVERYTHING
    identities: Identities = NO_IDENTITIES


def read_operator_file(
    path: Path, environment: Mapping[str, str], usual: Usual = USUAL
) -> OperatorFile:
    """Read `sekisho.yaml`; `environment` is where `{env: NAME}` is looked up.

    Raises:
        OperatorFileInvalid: with every problem, its line, and a near name where there is one.
    """
    return parse_operator_file(file_content(path), path, environment, usual)


def file_content(path: Path, *, regular: bool = False) -> bytes:
    """Read a file, and no more of it than is ever taken.

    `regular`: no pipe, which could keep us waiting for good, and nothing else that is no file.

    Raises:
        OperatorFileInvalid: it cannot be read.
    """
    more = getattr(os, "O_NONBLOCK", 0) if regular else 0
    try:
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | more)) as file:
            if regular and not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise OperatorFileInvalid(path=path, problem="it is not a file")
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise OperatorFileInvalid(path=path, problem=f"it cannot be read: {error}") from None


def parse_operator_file(
    content: bytes,
    path: Path,
    environment: Mapping[str, str],
    usual: Usual = USUAL,
) -> OperatorFile:
    """As `read_operator_file`, of what was read from `path` before. Raises OperatorFileInvalid."""
    document = read_document(content)
    findings = list(document.findings)
    section = None
    if document.data is not None or not findings:
        surroundings = Surroundings(path.parent.absolute(), environment)
        section, others = _validated(document, surroundings)
        known = {finding.line for finding in findings}
        findings += [finding for finding in others if finding.line not in known]
    if section is None or findings:
        raise OperatorFileInvalid(path=path, problem=_joined(findings))
    return _operator_file(section, usual)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of the file, for editors."""
    schema = FileSection.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "sekisho.yaml",
        **{key: value for key, value in schema.items() if key != "title"},
    }


def _joined(findings: Sequence[Finding]) -> str:
    lines = [str(finding) for finding in sorted(set(findings))]
    if len(lines) > _MOST_SHOWN:
        lines[_MOST_SHOWN:] = [f"and {len(lines) - _MOST_SHOWN} more"]
    return "\n".join(lines)


def _validated(
    document: Document, surroundings: Surroundings
) -> tuple[FileSection | None, list[Finding]]:
    findings = _between_sections(document)
    try:
        section = FileSection.model_validate(document.data, context=surroundings)
        return section, findings + speaks_of_what_is_there(document, section)
    except ValidationError as error:
        schema = json_schema()
        details = error.errors(include_input=False, include_url=False)
        return None, findings + [_finding(document, detail, schema) for detail in details]


def _finding(document: Document, error: ErrorDetails, schema: dict[str, Any]) -> Finding:
    path = tuple(part for part in error["loc"] if part != "[key]")
    kind = error["type"]
    problem = _WORDS.get(kind) or error["msg"].removeprefix("Value error, ")
    if kind == "missing":
        problem = "this key is needed"
    elif kind == "extra_forbidden":
        problem = "unknown key" + hint(str(path[-1]), _keys(schema, path[:-1]))
    elif kind == "literal_error":
        problem = f"{error.get('ctx', {}).get('expected')} is needed"
    elif kind == "string_type" and path in document.written:
        problem = f'text is needed: put it in quotes, "{document.written[path]}"'
    place = ".".join(map(str, path))
    return Finding(document.line(path), f"{place}: {problem}" if place else problem)


_WORDS = {
    "string_type": "text is needed",
    "string_too_short": "text is needed",
    "string_pattern_mismatch": "this is not of the form that is needed",
    "bool_type": "true or false is needed",
    "list_type": "a list is needed",
    "dict_type": "a mapping is needed",
    "model_type": "a mapping is needed",
    "too_short": "at least one is needed",
}


def _keys(schema: dict[str, Any], path: Sequence[str | int]) -> list[str]:
    """Return the keys that may be at `path`, by the schema."""
    here: dict[str, Any] = schema
    for part in path:
        listed = here.get("items") if isinstance(part, int) else None
        inner: Any = here.get("properties", {}).get(part, here.get("additionalProperties", listed))
        here = _resolved(schema, inner)
    return list(here.get("properties", {}))


def _resolved(schema: dict[str, Any], inner: Any) -> dict[str, Any]:
    if not isinstance(inner, dict):
        return {}
    found = cast("dict[str, Any]", inner)
    found = next((one for one in found.get("anyOf", []) if "$ref" in one), found)
    name = found.get("$ref", "").rpartition("/")[2]
    return schema["$defs"][name] if name else found


def _between_sections(document: Document) -> list[Finding]:
    """Check what no section can see alone; what is not well formed is another's business."""
    findings: list[Finding] = []
    targets, workspaces = _mapping(document.data, "targets"), _mapping(document.data, "workspaces")
    states: dict[str, str] = {}
    for name in workspaces:
        target = _mapping(workspaces, name).get("target")
        path = ("workspaces", name, "target")
        if isinstance(target, str) and target not in targets:
            meant = hint(target, list(targets)) if targets else "; there is nothing under `targets`"
            problem = f"{'.'.join(path)}: there is no target {target!r}{meant}"
            findings.append(Finding(document.line(path), problem))
        path = ("workspaces", name, "backend", "s3")
        s3 = _mapping(_mapping(_mapping(workspaces, name), "backend"), "s3")
        if not s3:
            continue
        if not s3.get("region") and not _mapping(targets, str(target)).get("region"):
            problem = f"{'.'.join(path)}.region: this key is needed: the target has no region"
            findings.append(Finding(document.line(path), problem))
        state = f"{s3.get('bucket')}/{s3.get('key')} {_mapping(s3, 'endpoints').get('s3')}"
        first = states.setdefault(state, name)
        if first != name:
            problem = f"{'.'.join(path)}: workspace {first!r} has its state at the same place"
            findings.append(Finding(document.line(path), problem))
    return findings


def _mapping(data: Any, key: str) -> dict[str, Any]:
    """Return the mapping under `key`, or an empty one."""
    found = cast("dict[str, Any]", data).get(key) if isinstance(data, dict) else None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _operator_file(section: FileSection, usual: Usual) -> OperatorFile:
    given = section.terraform
    mirrors = bool(given.mirror or given.network_mirror)
    terraform = TerraformSection(
        binaries=tuple(map(Path, given.binaries)),
        mirror=Path(given.mirror) if given.mirror else None,
        network_mirror=given.network_mirror,
        direct=not mirrors if given.direct is None else given.direct,
    )
    groups = tuple(group_of(name, members) for name, members in section.groups.items())
    scanning = section.scan.meant()
    targets = {name: _target(name, target) for name, target in section.targets.items()}
    policy = section.inspection.meant(usual.policy) if section.inspection else usual.policy
    workspaces = tuple(
        _workspace(
            name,
            workspace,
            targets,
            _usual(name, section, groups, Usual(usual.rules, policy, scanning)),
        )
        for name, workspace in section.workspaces.items()
    )
    return OperatorFile(
        workspaces,
        terraform,
        groups=groups,
        access=_access(section),
        identities=section.identity.meant() if section.identity else NO_IDENTITIES,
    )


def _access(section: FileSection) -> Access:
    """Return what is granted; a section that is there denies everything that it does not grant."""
    if section.access is None:
        return EVERYTHING
    return Access(tuple(grant.meant() for grant in section.access))


def _rules(
    name: str, section: FileSection, groups: tuple[Group, ...], otherwise: tuple[Rule, ...]
) -> tuple[Rule, ...]:
    """Return the rules of a workspace in the order of the file; without any, the usual ones."""
    age = min((rule.require.plan_age for rule in otherwise), default=DAY)
    of = section.workspaces[name]
    mine = (r for r in section.rules if is_for(r.match, name, of.labels, of.target or _LOCAL))
    lives_with = section.scan.meant().suppressions
    return tuple(rule_of(rule, groups, age, lives_with) for rule in mine) or otherwise


def _usual(name: str, section: FileSection, groups: tuple[Group, ...], usual: Usual) -> Usual:
    """Return what holds in a workspace: its rules, and its policies as rules, too."""
    both = (*section.policies, *section.workspaces[name].policies)
    policies = tuple(policy.meant() for policy in both)
    rules = with_policies(_rules(name, section, groups, usual.rules), policies, groups)
    return replace(usual, rules=rules, policies=policies)


def _target(name: str, section: TargetSection) -> Target:
    return Target(
        name=name,
        account=section.account,
        region=section.region,
        plan_role=section.plan_role,
        apply_role=section.apply_role,
        external_id=section.external_id,
        environment=dict(section.environment),
    )


def _workspace(
    name: str,
    section: WorkspaceSection,
    targets: Mapping[str, Target],
    usual: Usual,
) -> Workspace:
    target = targets[section.target] if section.target else LOCAL_TARGET
    source = section.source
    return Workspace(
        name=name,
        folder=source.folder if source else None,
        directory=section.directory,
        sources=_sources(source),
        plan_only=_plan_only(source),
        git=source.git.meant() if source and source.git else None,
        backend=_backend(section.backend, target),
        target=target,
        terraform=section.terraform,
        variables=dict(section.variables),
        secrets=dict(section.secrets),
        labels=dict(section.labels),
        rules=usual.rules,
        inspection=section.inspection.meant(usual.policy) if section.inspection else usual.policy,
        description=section.description,
        scanning=usual.scanning,
        policies=usual.policies,
    )


def _sources(section: SourceSection | None) -> tuple[SourceKind, ...]:
    if section is None:
        return ("inline", "upload")
    kinds: dict[SourceKind, object] = {
        "inline": section.inline,
        "upload": section.upload,
        "folder": section.folder,
        "git": section.git,
    }
    return tuple(kind for kind, given in kinds.items() if given)


def _plan_only(section: SourceSection | None) -> tuple[SourceKind, ...]:
    if section is None:
        return ()
    kinds: dict[SourceKind, object] = {"inline": section.inline, "upload": section.upload}
    return tuple(kind for kind, given in kinds.items() if given == "plan_only")


def _backend(section: BackendSection | None, target: Target) -> Backend:
    s3 = section.s3 if section else None
    if s3 is None:
        return ServerBackend()
    return S3Backend(
        bucket=s3.bucket,
        key=s3.key,
        region=s3.region or target.region or "",
        lock=s3.lock,
        dynamodb_table=s3.dynamodb_table,
        encrypt=s3.encrypt,
        kms_key_id=s3.kms_key_id,
        role_arn=s3.role_arn,
        endpoints={str(name): url for name, url in s3.endpoints.items()},
        use_path_style=s3.use_path_style,
    )
