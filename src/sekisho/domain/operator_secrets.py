"""Secrets of a workspace, and which configurations are given them.

Text that is computed hides a secret from any redactor (`base64gzip(var.password)`), so that who may
choose the configuration may read what it is given. Secrets are therefore given to commits on the
ref that the operator declared and to nothing else; any other configuration plans with a marker in
their place, and is never applied (`origins.plan_only`).
"""

import dataclasses

from sekisho.domain.origins import Origin, on_declared_ref
from sekisho.domain.workspaces import Workspace

_MARKER = "sekisho-withheld:{name}"


def marker(name: str) -> str:
    """Return what stands for a secret that is withheld."""
    return _MARKER.format(name=name)


def with_secrets(workspace: Workspace, origin: Origin) -> Workspace:
    """Return a workspace as a configuration is given it that came this way.

    Its `variables` hold the secrets, or their markers; nothing else changes.
    """
    if not on_declared_ref(workspace, origin):
        return with_markers(workspace)
    return dataclasses.replace(workspace, variables={**workspace.variables, **workspace.secrets})


def with_markers(workspace: Workspace) -> Workspace:
    """Return a workspace as a configuration is given it that may see no secret."""
    marked = {name: marker(name) for name in workspace.secrets}
    return dataclasses.replace(workspace, variables={**workspace.variables, **marked})


def withheld(workspace: Workspace, origin: Origin) -> tuple[str, ...]:
    """Name the secrets that a configuration is not given that came this way."""
    return () if on_declared_ref(workspace, origin) else tuple(sorted(workspace.secrets))
