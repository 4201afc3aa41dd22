"""What blocks want that the operator has to allow, whatever their values are."""

import posixpath
import re
from collections.abc import Callable, Iterator

from sekisho.domain.inspections import Finding, FindingKind
from sekisho.inspection.syntax import Attribute, Block, Body, Expression, Pairs, Text

K = FindingKind

_CREDENTIAL = re.compile(
    r"access_key|secret_key|(?:\w+_)?token|profile|(?:\w+_)?password|credentials?|api_key|apikey|"
    r"shared_(?:config|credentials)_files?|assume_role\w*|client_secret\w*|client_certificate\w*|"
    r"client_key\w*|private_key\w*|secret\w*|config_paths?|config_context\w*|use_(?:msi|cli|oidc)|"
    r"custom_ca_bundle|https?_proxy|no_proxy|endpoints?|\w+_endpoint|\w+_endpoint_url|"
    r"role_arn|web_identity\w*|impersonate_service_account\w*|address|lock_address|"
    r"unlock_address|conn_str|allowed_account_ids|forbidden_account_ids|"
    r"host|hostname|metadata_host|universe_domain|(?:\w+_)?url|external_credentials|oidc_\w+|"
    r"auth_login\w*|client_auth\w*|token_\w+",
    re.IGNORECASE,
)
"""Arguments that choose who Terraform is, or where it is sent: those come from the operator."""
_NOT_CREDENTIALS = frozenset({"allowed_account_ids", "forbidden_account_ids"})
_STATE_KEYS = frozenset(
    {"bucket", "key", "region", "encrypt", "dynamodb_table", "use_lockfile", "workspace_key_prefix"}
    | {"kms_key_id", "acl"}
)
"""What an S3 state may be named by: nothing of it leads to credentials or another host."""
_REGISTRY = "registry.terraform.io"
_SETTINGS = frozenset(
    {"required_version", "experiments", "language"}
    | {"backend", "cloud", "required_providers", "provider_meta"}
)
"""What a `terraform` block may say. OpenTofu's `encryption` may start programs, for one."""
_TAGS = frozenset({"default_tags", "default_labels"})
"""Blocks of a provider whose keys are anybody's words."""
_WHOLE = "kubernetes"
"""An argument of providers that may hold `exec`: an object that is written out, or refused."""
_COMPUTED = "(a name that is computed)"
_LOCAL = ("./", "../")


def in_body(file: str, body: Body, ups: int) -> Iterator[Finding]:
    """Find what the blocks of a file want. `ups`: how far the configuration goes up from it."""
    for block in body.blocks:
        check = _CHECKS.get(block.type)
        if check:
            yield from check(file, block, ups)


def _terraform(file: str, block: Block, _ups: int) -> Iterator[Finding]:
    for inner in block.body.of("backend"):
        bad = inner.label != "s3" or not _plain(inner.body)
        kind = K.BACKEND_CREDENTIALS if bad else K.BACKEND
        yield Finding(file, inner.line, kind, inner.title, _first_bad(inner.body))
    said = [*block.body.attributes, *block.body.blocks]
    for one in said:
        name = one.name if isinstance(one, Attribute) else one.type
        if name not in _SETTINGS:
            yield Finding(file, one.line, K.UNMODELLED, block.title, f"terraform.{name}"[:200])
    for inner in block.body.of("cloud"):
        yield Finding(file, inner.line, K.CLOUD, "cloud")
    for inner in block.body.of("required_providers"):
        yield from _providers(file, inner)


def _plain(body: Body) -> bool:
    return not body.blocks and all(a.name in _STATE_KEYS for a in body.attributes)


def _first_bad(body: Body) -> str:
    names = [a.name for a in body.attributes if a.name not in _STATE_KEYS]
    return ", ".join([*names, *(b.type for b in body.blocks)])[:200]


def _providers(file: str, block: Block) -> Iterator[Finding]:
    for attribute in block.body.attributes:
        source: Expression | None = Text(attribute.name)
        if isinstance(attribute.value, Pairs):
            # A key may be computed (`(true ? "source" : "")`), and the last one counts.
            named = {_text(k): v for k, v in attribute.value.pairs}
            source = None if "" in named else named.get("source", source)
        elif not isinstance(attribute.value, Text):
            source = None
        address = provider_address(_text(source))
        kind = K.PROVIDER_SOURCE if address else K.UNMODELLED
        yield Finding(file, attribute.line, kind, attribute.name, address)


def provider_address(source: str) -> str:
    """Return the whole address of a provider; empty where it is none."""
    parts = source.lower().split("/")
    if not all(re.fullmatch(r"[\w.:-]+", part) for part in parts):
        return ""
    whole = {1: f"{_REGISTRY}/hashicorp/{source}", 2: f"{_REGISTRY}/{source}", 3: source}
    return whole.get(len(parts), "").lower()


def _provider(file: str, block: Block, _ups: int) -> Iterator[Finding]:
    for name, line in _names(block.body):
        if name in ("exec", _COMPUTED):
            yield Finding(file, line, K.PROVIDER_EXEC, block.title, name)
        elif _CREDENTIAL.fullmatch(name) and name not in _NOT_CREDENTIALS:
            yield Finding(file, line, K.PROVIDER_CREDENTIALS, block.title, name)


def _names(body: Body) -> Iterator[tuple[str, int]]:
    """Yield the names in a body, at any depth: of arguments, blocks, and keys of objects."""
    for attribute in body.attributes:
        yield attribute.name, attribute.line
        if attribute.name == _WHOLE and not isinstance(attribute.value, Pairs):
            yield _COMPUTED, attribute.line
        if attribute.name not in _TAGS:
            yield from _keys(attribute.value, attribute.line)
    for block in body.blocks:
        yield (block.label if block.type == "dynamic" else block.type), block.line
        if block.type not in _TAGS:
            yield from _names(block.body)


def _keys(value: Expression, line: int) -> Iterator[tuple[str, int]]:
    if isinstance(value, Pairs):
        for key, inner in value.pairs:
            yield _text(key) or _COMPUTED, line
            yield from _keys(inner, line)


def _module(file: str, block: Block, ups: int) -> Iterator[Finding]:
    source = block.body.attribute("source")
    if source is None:
        return  # Terraform says so
    text = _text(source.value)
    if not isinstance(source.value, Text) or not text:
        yield Finding(file, source.line, K.UNMODELLED, block.title, "source")
    elif text in (".", "..") or text.startswith(_LOCAL):
        here = posixpath.normpath(text).split("/").count("..")
        if here > ups or "\\" in text:
            yield Finding(file, source.line, K.MODULE_OUTSIDE, block.title, text[:200])
    else:
        yield Finding(file, source.line, K.MODULE_SOURCE, block.title, _fetched(text)[:200])


def _fetched(source: str) -> str:
    """Name a module of the public registry as the manifest of `init` does."""
    short = re.fullmatch(r"[\w-]+/[\w-]+/[\w-]+(//.*)?", source)
    return f"{_REGISTRY}/{source}" if short else source


def _resource(file: str, block: Block, _ups: int) -> Iterator[Finding]:
    yield from _runs(file, block)
    for inner in block.body.of("lifecycle"):
        for trigger in inner.body.of("action_trigger"):
            yield Finding(file, trigger.line, K.ACTION, block.title)


def _runs(file: str, block: Block) -> Iterator[Finding]:
    for inner in block.body.of("provisioner"):
        yield Finding(file, inner.line, K.PROVISIONER, block.title, inner.label)


def _data(file: str, block: Block, _ups: int) -> Iterator[Finding]:
    if block.label == "external":
        yield Finding(file, block.line, K.EXTERNAL_DATA, block.title)
    if block.label == "terraform_remote_state":
        kind = K.REMOTE_STATE if _state_of_s3(block.body) else K.REMOTE_STATE_UNSAFE
        yield Finding(file, block.line, kind, block.title)


def _state_of_s3(body: Body) -> bool:
    """Say whether a remote state is on S3 and named by nothing but where it lies there."""
    backend, config = body.attribute("backend"), body.attribute("config")
    if backend is None or _text(backend.value) != "s3" or config is None:
        return False
    if not isinstance(config.value, Pairs):
        return False
    return all(_text(key) in _STATE_KEYS for key, _ in config.value.pairs)


def _check(file: str, block: Block, ups: int) -> Iterator[Finding]:
    for inner in block.body.of("data"):
        yield from _data(file, inner, ups)


def _action(file: str, block: Block, _ups: int) -> Iterator[Finding]:
    yield Finding(file, block.line, K.ACTION, block.title)


def _removed(file: str, block: Block, _ups: int) -> Iterator[Finding]:
    yield from _runs(file, block)


def _text(expression: Expression | None) -> str:
    return expression.value if isinstance(expression, Text) else ""


_CHECKS: dict[str, Callable[[str, Block, int], Iterator[Finding]]] = {
    "terraform": _terraform,
    "provider": _provider,
    "module": _module,
    "resource": _resource,
    "data": _data,
    "ephemeral": _data,
    "removed": _removed,
    "check": _check,
    "action": _action,
}
