"""What the operator gave a workspace that must not be seen."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from sekisho.domain.secret_names import SENSITIVE_NAME
from sekisho.domain.workspaces import Workspace

_OPEN_NAMES = re.compile(r"AWS_(DEFAULT_)?REGION|AWS_ENDPOINT_URL\w*|AWS_EC2_METADATA_DISABLED|TZ")
_BLOCK = re.MULTILINE | re.DOTALL
_HIDDEN = re.compile(r'\b(?:sensitive|ephemeral)"?\s*[=:]\s*true\b')


def workspace_secrets(workspace: Workspace) -> set[str]:
    """Collect what the operator gave a workspace that must not be seen."""
    target = workspace.target
    environment = target.environment
    found = set(workspace.secrets.values())
    found |= {target.external_id} if target.external_id else set()
    found |= {v for n, v in environment.items() if not _OPEN_NAMES.fullmatch(n)}
    for name, value in workspace.variables.items():
        if SENSITIVE_NAME.search(name):
            found.update(strings(value))
    return found


def declared_secrets(folder: Path, variables: Mapping[str, Any]) -> set[str]:
    """Collect the operator's values of variables that the configuration declares sensitive.

    Terraform says so only in the plan; what it prints until then is redacted too. Nothing is
    decided by it, so it may take a little too much for secret, and reads no HCL.
    """
    found: set[str] = set()
    texts = {p: p.read_text(encoding="utf-8", errors="replace") for p in _root_files(folder)}
    for name, value in variables.items():
        head = rf'^\s*variable\s+"?{re.escape(name)}"?\s*'
        block = re.compile(head + r"{([^{}\n]*}|.*?(?:^}|\Z))", _BLOCK)
        for path, text in texts.items():
            named = [text] if f'"{name}"' in text else []
            bodies = block.findall(text) if path.suffix == ".tf" else named
            if any(_HIDDEN.search(b) for b in bodies):
                found.update(strings(value))
    return found


def _root_files(folder: Path) -> list[Path]:
    return [p for p in folder.iterdir() if p.name.endswith((".tf", ".tf.json")) and p.is_file()]


def strings(value: Any) -> Iterable[str]:
    """Yield every scalar in a JSON value, as text."""
    if isinstance(value, Mapping):
        for entry in cast("Mapping[str, Any]", value).values():
            yield from strings(entry)
    elif isinstance(value, list | tuple):
        for entry in cast("list[Any]", value):
            yield from strings(entry)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
