"""What the doctor looks at on the server's own machine; it makes and changes nothing."""

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from sekisho.app import (
    SystemClock,
    build,
    make_catalog,
    make_containment,
    make_identities,
    make_scanner_installation,
    make_terraform,
)
from sekisho.cli.host_texts import SAYS
from sekisho.domain.errors import AwsMissing, SekishoError
from sekisho.domain.text import Language
from sekisho.ports import RunQuery
from sekisho.settings import Settings, unknown_settings
from sekisho_client.doctor import NG, OK, SKIP, Finding
from sekisho_client.settings import VARIABLES

CLIENT_SETTINGS = tuple(name for name, _, _ in VARIABLES)
_ROOM = 1024**3
"""Bytes that should be free: a provider unpacked is half of it."""


class HostFinding(Finding):
    """A finding on this machine; `facts["error"]` is one of our own errors, where there is one."""

    def text(self, language: str) -> str:
        """Say what was found."""
        error = self.facts.get("error")
        if isinstance(error, SekishoError):
            return error.message(_language(language))
        return SAYS[self.code].what(self.facts).of(language)

    def fix(self, language: str) -> str:
        """Say what to do."""
        error = self.facts.get("error")
        if isinstance(error, SekishoError):
            return error.next_step(_language(language))
        return SAYS[self.code].step(self.facts).of(language)


def _language(language: str) -> Language:
    return "ja" if language == "ja" else "en"


def examine_host(settings: Settings) -> Iterator[HostFinding]:
    """Walk the checks; each is judged by itself."""
    for name, look in CHECKS:
        try:
            yield look(settings)
        except SekishoError as error:
            yield HostFinding(name, NG, error.code, {"error": error})
        except OSError as error:
            problem = error.strerror or type(error).__name__
            yield HostFinding(name, NG, "check_failed", {"problem": problem})


def _settings(_settings: Settings) -> HostFinding:
    unknown = unknown_settings(CLIENT_SETTINGS)
    if unknown:
        named = ", ".join(f"{name} ({near}?)" if near else name for name, near in unknown)
        return HostFinding("settings", NG, "setting_unknown", {"names": named})
    return HostFinding("settings", OK, "settings_ok")


def _config(settings: Settings) -> HostFinding:
    catalog, _section, _identities = make_catalog(settings)
    return HostFinding("config", OK, "config_ok", {"count": len(catalog.all())})


def _identity(settings: Settings) -> HostFinding:
    """Ask the identity provider what it publishes, as the first token would make the server do."""
    _catalog, _section, identities = make_catalog(settings)
    provider = make_identities(identities, SystemClock())
    if provider is None:
        return HostFinding("identity", SKIP, "identity_absent")
    provider.check()
    return HostFinding("identity", OK, "identity_ok", {"issuer": provider.issuer})


def _data(settings: Settings) -> HostFinding:
    folder = settings.data_dir
    facts = {"folder": folder}
    if not folder.exists():
        return HostFinding("data", SKIP, "data_absent", facts)
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return HostFinding("data", NG, "data_unusable", facts)
    if _others(folder):
        return HostFinding("data", NG, "data_open", facts)
    return HostFinding("data", OK, "data_ok", facts)


def _keys(settings: Settings) -> HostFinding:
    folder = settings.data_dir / "keys"
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    if not files:
        return HostFinding("keys", SKIP, "keys_absent")
    readable = [path for path in (*files, folder) if _others(path)]
    if readable:
        return HostFinding("keys", NG, "keys_open", {"file": readable[0]})
    return HostFinding("keys", OK, "keys_ok")


def _store(settings: Settings) -> HostFinding:
    # Opening makes what is missing; a doctor that leaves an empty store behind would hide a typo.
    if not (settings.data_dir / "store").is_dir() or not (settings.data_dir / "keys").is_dir():
        return HostFinding("store", SKIP, "store_absent")
    app = build(settings.model_copy(update={"log_level": "error"}), serves=False)
    try:
        app.engine.runs.list(RunQuery(limit=1))
        return HostFinding("store", OK, "store_ok", {"records": app.engine.audits.head()})
    finally:
        app.close()


def _terraform(settings: Settings) -> HostFinding:
    from sekisho.executors.processes import LocalProcesses

    _catalog, section, _identities = make_catalog(settings)
    # What is remembered of the builds goes elsewhere: nothing is written into the data folder.
    with tempfile.TemporaryDirectory() as folder:
        apart = settings.model_copy(update={"data_dir": Path(folder)})
        found = make_terraform(apart, section, LocalProcesses(), lambda _raw: "").builds()
    if not found:
        return HostFinding("terraform", NG, "terraform_absent")
    named = ", ".join(f"{b.product} {b.version}" for b in found)
    return HostFinding("terraform", OK, "terraform_ok", {"found": named})


def _containment(settings: Settings) -> HostFinding:
    from sekisho.executors.containment import LocalContainment

    made = make_containment(settings)
    if not isinstance(made, LocalContainment):
        return HostFinding("containment", NG, "containment_off")
    if not made.levels.holds:
        return HostFinding("containment", NG, "containment_none")
    facts = {"landlock": made.levels.landlock}
    if not made.levels.tool:
        return HostFinding("containment", NG, "containment_unlimited", facts)
    why = made.why_not(settings.data_dir / "terraform" / "work")
    if why:
        return HostFinding("containment", OK, "containment_shared", facts | {"why": why})
    return HostFinding(
        "containment", OK, "containment_ok", facts | {"accounts": settings.containment_accounts}
    )


def _credentials(settings: Settings) -> HostFinding:
    from sekisho.credentials import installed

    catalog, _section, _identities = make_catalog(settings)
    lending = {w.target.name for w in catalog.all() if w.target.plan_role}
    if not lending:
        return HostFinding("credentials", SKIP, "credentials_absent")
    if not installed():
        raise AwsMissing
    return HostFinding("credentials", OK, "credentials_ok", {"targets": ", ".join(sorted(lending))})


def _scanner(settings: Settings) -> HostFinding:
    found = make_scanner_installation(settings)
    if not found.version():
        return HostFinding("scanner", SKIP, "scanner_absent")
    return HostFinding("scanner", OK, "scanner_ok", {"version": found.version()})


def _disk(settings: Settings) -> HostFinding:
    place = next(p for p in (settings.data_dir, *settings.data_dir.parents) if p.exists())
    free = shutil.disk_usage(place).free
    facts = {"free": f"{free / 1024**3:.1f}", "folder": place}
    enough = free >= _ROOM
    return HostFinding("disk", OK if enough else NG, "disk_ok" if enough else "disk_short", facts)


def _others(path: Path) -> bool:
    """Say whether other people on this machine can read it. Windows keeps that elsewhere.

    A group may pass a folder without looking around: the accounts of runs do.
    """
    bits = stat.S_IRWXG | stat.S_IRWXO
    if path.is_dir():
        bits &= ~stat.S_IXGRP
    return os.name == "posix" and bool(path.stat().st_mode & bits)


CHECKS: tuple[tuple[str, Callable[[Settings], HostFinding]], ...] = (
    ("settings", _settings),
    ("config", _config),
    ("identity", _identity),
    ("data", _data),
    ("keys", _keys),
    ("store", _store),
    ("terraform", _terraform),
    ("containment", _containment),
    ("credentials", _credentials),
    ("scanner", _scanner),
    ("disk", _disk),
)
"""Each check of the machine."""
