"""The wiring: the one place that names concrete classes, and imports them late."""

import base64
import dataclasses
import getpass
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sekisho.domain.callers import Caller
from sekisho.domain.configurations import Limits as Caps
from sekisho.domain.errors import ConsoleAway, SettingInvalid
from sekisho.domain.identities import NO_IDENTITIES, Identities
from sekisho.domain.inspections import Policy
from sekisho.domain.rules import Require, Rule
from sekisho.engine.callers import BARE
from sekisho.engine.closing import PRIVATE_STORE
from sekisho.engine.engine import Engine
from sekisho.engine.parts import Entrance, Parts
from sekisho.engine.step_ups import PeopleStepUp
from sekisho.engine.worker import Worker
from sekisho.ports import Catalog, Declarations, Journal, Limits, StepUp
from sekisho.ports.containment import Containment, Uncontained
from sekisho.settings import Settings, inside_ecs
from sekisho.settings.reach import console_url, is_loopback, only_here

if TYPE_CHECKING:
    from sekisho.catalog import TerraformSection
    from sekisho.executors.containment import Wanted
    from sekisho.executors.processes import LocalProcesses
    from sekisho.identity.oidc import Provider
    from sekisho.scanners import Installation
    from sekisho.terraform import LocalTerraform

_CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without I, O, 0 and 1: 32 symbols, so 8 of them are 40 bits."""


class SystemClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        """Return the time of day, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never jump."""
        return time.monotonic()


class SystemIds:
    """Ids that sort by time: 48 bits of milliseconds and 42 random ones, in lower-case base32."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def new(self, kind: str) -> str:
        """Return `kind-` and 18 characters; ids made in one process never go back in order."""
        with self._lock:
            self._last = max(self._last + 1, time.time_ns() // 1_000_000)
            stamp = self._last
        raw = (stamp << 42) | secrets.randbits(42)
        digits = "0123456789abcdefghjkmnpqrstvwxyz"
        text = "".join(digits[(raw >> shift) & 31] for shift in range(85, -1, -5))
        return f"{kind}-{text}"

    def secret(self) -> str:
        """Return 256 random bits, URL-safe."""
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()

    def code(self) -> str:
        """Return 8 characters that a person can read and type."""
        return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(8))


@dataclasses.dataclass(frozen=True)
class App:
    """A wired server: what faces, commands and the worker are given."""

    settings: Settings
    parts: Parts
    engine: Engine
    caps: Caps
    close: Callable[[], None]
    file: Declarations | None = None
    """The operator's file, where there is one: it may change while we run."""

    def prepare(self) -> None:
        """Load and build, ahead of the first plan, what it would wait for."""
        from sekisho.stores import codec

        codec.prepare()
        self.parts.keys.sign(b"")
        self.parts.terraform.prepare()

    def worker(self, *, applies: bool = True) -> Worker:
        """Make a worker over the same parts.

        Raises:
            RunsUnavailable: this server takes no runs.
        """
        if self.parts.closed:
            raise self.parts.closed.error()
        return Worker(self.parts, applies=applies)


def build(settings: Settings, *, serves: bool, show: Callable[[str], None] | None = None) -> App:
    """Wire everything over one data folder.

    `serves`: this process runs the console, so links lead here. `show` prints on the terminal that
    this process was started from: the one-time codes go there, and nowhere else.
    """
    from sekisho.catalog import LiveCatalog
    from sekisho.credentials import StsRoles, Vendor
    from sekisho.executors.local import LocalExecutor
    from sekisho.executors.processes import LocalProcesses
    from sekisho.identity.keys import FileKeys
    from sekisho.policies import RegoEngine
    from sekisho.scanners import Checkov
    from sekisho.sources import GitOptions, LocalSources
    from sekisho.stores.cipher import Cipher
    from sekisho.stores.disk.anchors import FolderAnchors
    from sekisho.stores.sqlite import SqliteStore

    clock, ids, processes = SystemClock(), SystemIds(), LocalProcesses()
    journal = make_journal(settings, clock)
    folder = settings.data_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = FileKeys(folder / "keys")
    store = SqliteStore(folder / "store", keys.audit_mac, Cipher(keys.data_key()))
    caps = make_caps(settings)
    catalog, section, identities = make_catalog(settings)
    provider = make_identities(identities, clock)
    entrance = make_entrance(settings, identities, provider, clock)
    step_up = make_step_up(clock, ids, show)
    if entrance and serves:
        step_up = PeopleStepUp(
            store, entrance.authenticators, clock, ids, signs_in=entrance.sign_in is not None
        )
    reached = serves and (only_here(settings) or entrance is not None)
    parts = Parts(
        store=store,
        catalog=catalog,
        sources=LocalSources(folder / "incoming", caps, GitOptions(settings.terraform_path)),
        terraform=make_terraform(settings, section, processes, keys.mac),
        executor=LocalExecutor(journal),
        keys=keys,
        processes=processes,
        step_up=step_up,
        clock=clock,
        ids=ids,
        journal=journal,
        limits=make_limits(settings),
        console_url=console_url(settings) if reached else "",
        closed=PRIVATE_STORE if inside_ecs() else None,
        identities=provider,
        entrance=entrance,
        anchors=FolderAnchors(settings.audit_anchors or folder / "anchors"),
        scanner=Checkov(make_scanner_installation(settings)),
        policies=RegoEngine(),
        lender=Vendor(StsRoles(), clock, journal),
    )
    engine = make_engine(settings, parts)
    file = catalog if isinstance(catalog, LiveCatalog) else None
    return App(settings, parts, engine, caps, lambda: close_of(parts), file)


def close_of(parts: Parts) -> None:
    """End what was opened: loans, the scanner's process, then the store."""
    if parts.lender:
        parts.lender.close()
    if parts.scanner:
        parts.scanner.close()
    parts.store.close()


def make_scanner_installation(settings: Settings) -> "Installation":
    """Say where the security scanner lies, or would."""
    from sekisho.scanners import Installation

    return Installation(settings.data_dir / "scanners" / "checkov")


def make_identities(identities: "Identities", clock: SystemClock) -> "Provider | None":
    """Make the provider whose bearer tokens are believed, where the operator named one."""
    if identities.oidc is None:
        return None
    from sekisho.identity.oidc import Provider

    return Provider(identities.oidc, clock)


def make_entrance(
    settings: Settings, identities: "Identities", provider: "Provider | None", clock: SystemClock
) -> Entrance | None:
    """Make the console's entrance, where the operator wants people to sign in.

    Raises:
        SettingInvalid: they would have to at an address where that is not safe, or not known.
    """
    signs_in = provider is not None and bool(provider.config.client_id)
    if not signs_in and identities.alb is None:
        return None
    url = console_url(settings)
    parts = urlsplit(url)
    if not is_loopback(parts.hostname or "") and parts.scheme != "https":
        problem = "people sign in at the console, so its https address is needed"
        raise SettingInvalid(name="SEKISHO_PUBLIC_URL", problem=problem)
    from sekisho.identity.code_flow import CodeFlow
    from sekisho.identity.load_balancer import AlbHeader
    from sekisho.identity.passkeys import WebAuthn

    return Entrance(
        authenticators=WebAuthn(url),
        sign_in=CodeFlow(provider, url, clock) if provider and signs_in else None,
        load_balancer=AlbHeader(identities.alb, clock) if identities.alb else None,
    )


def make_engine(settings: Settings, parts: Parts) -> Engine:
    """Let callers in without a credential where the operator says so.

    Whoever names an identity provider wants to know who asks, from this machine too.
    """
    if settings.auth == "none":
        return Engine.of(parts, open_=True, bare=BARE)
    near = settings.auth == "auto" and only_here(settings)
    return Engine.of(parts, open_=near and parts.identities is None and parts.entrance is None)


def make_journal(settings: Settings, clock: SystemClock) -> Journal:
    """Make the journal, and send the warnings of libraries to the same stream.

    Raises:
        SettingInvalid: the log file cannot be written.
    """
    import logging

    from sekisho.telemetry.journal import StreamJournal, open_log

    stream = open_log(settings.log_file) if settings.log_file else None
    logging.basicConfig(
        level=logging.WARNING, format="%(levelname)s %(name)s %(message)s", stream=stream
    )
    return StreamJournal(clock.now, settings.log_format, settings.log_level, stream)


def make_caps(settings: Settings) -> Caps:
    """Take the operator's caps on what callers may send."""
    return Caps(
        packed_bytes=settings.upload_packed,
        unpacked_bytes=settings.upload_unpacked,
        files=settings.upload_files,
    )


def make_limits(settings: Settings) -> Limits:
    """Take the operator's figures for the engine."""
    return Limits(
        keep_runs=timedelta(days=settings.keep_runs),
        plan_slots=settings.plan_slots,
        apply_slots=settings.apply_slots,
        drain_for=settings.drain_for,
        plans_per_hour=settings.plans_per_hour,
        plans_per_hour_agent=settings.plans_per_hour_agent,
        applies_per_hour=settings.applies_per_hour,
        applies_per_hour_agent=settings.applies_per_hour_agent,
        destroys_per_day=settings.destroys_per_day,
        failures_in_a_row=settings.failures_in_a_row,
    )


def make_catalog(settings: Settings) -> "tuple[Catalog, TerraformSection, Identities]":
    """Read the operator's file, or take the folders under `root`."""
    from sekisho.catalog import (
        FolderCatalog,
        LiveCatalog,
        TerraformSection,
        Usual,
        parse_operator_file,
    )
    from sekisho.settings import environment

    rules = (Rule("default", Require(plan_age=timedelta(hours=settings.plan_age))),)
    policy = Policy(kinds=dict.fromkeys(settings.inspection_allow, "allow"))
    if settings.config is None:
        folders = FolderCatalog(settings.root, rules, policy)
        return folders, TerraformSection(direct=True), NO_IDENTITIES
    path, names = settings.config, environment()
    usual = Usual(rules, policy)
    catalog = LiveCatalog(path, lambda raw: parse_operator_file(raw, path, names, usual))
    return catalog, catalog.file.terraform, catalog.file.identities


class NoStepUp:
    """For processes that run no console: nobody decides anything here."""

    def begin(self, *_about: object, **_more: object) -> str:
        """Refuse."""
        raise ConsoleAway(command="sekisho serve")

    def finish(self, *_about: object, **_more: object) -> Caller:
        """Refuse."""
        raise ConsoleAway(command="sekisho serve")


def make_step_up(clock: SystemClock, ids: SystemIds, show: Callable[[str], None] | None) -> StepUp:
    """On the loopback default a person proves themselves with a code from this terminal."""
    if show is None:
        return NoStepUp()
    from sekisho.identity.terminal_codes import TerminalCodes

    return TerminalCodes(show, clock, ids, getpass.getuser())


def make_terraform(
    settings: Settings,
    section: "TerraformSection",
    processes: "LocalProcesses",
    mac: Callable[[bytes], str],
) -> "LocalTerraform":
    """Point Terraform at the operator's executables and providers. Raises SettingInvalid."""
    from sekisho.inspection.inspector import ChildInspector
    from sekisho.terraform import LocalTerraform, RunCaps, TerraformOptions

    return LocalTerraform(
        TerraformOptions(
            folder=settings.data_dir / "terraform",
            path=settings.terraform_path,
            clock=SystemClock().now,
            mark=processes.mark,
            mac=mac,
            inspector=ChildInspector(),
            binaries=section.binaries,
            mirror=section.mirror,
            network_mirror=section.network_mirror,
            direct=section.direct,
            stop_grace=settings.stop_grace,
            containment=make_containment(settings),
            caps=RunCaps(settings.run_seconds, settings.run_output, settings.run_disk),
        )
    )


def make_containment(settings: Settings) -> Containment:
    """Hold what Terraform starts, as far as this machine can and the operator wants.

    Raises:
        SettingInvalid: it has to be, and this machine cannot.
    """
    if settings.containment == "off":
        return Uncontained()
    from sekisho.executors.containment import LocalContainment

    made = LocalContainment.found(contained(settings), settings.data_dir)
    if settings.containment == "require" and not made.levels.holds:
        problem = "nothing here keeps a run from the server's files (Linux 5.13 with Landlock does)"
        raise SettingInvalid(name="SEKISHO_CONTAINMENT", problem=problem)
    return made


def contained(settings: Settings) -> "Wanted":
    """Take the operator's figures for what is contained."""
    from sekisho.executors.containment import Limits as Most
    from sekisho.executors.containment import Wanted

    return Wanted(
        accounts=settings.containment_accounts.numbers,
        ports=settings.containment_ports.numbers,
        limits=Most(
            settings.run_memory,
            settings.run_file,
            settings.run_processes,
            cpu=settings.run_cpu_minutes * 60,
        ),
    )


def operator_file_schema() -> dict[str, object]:
    """Return the JSON Schema of sekisho.yaml."""
    from sekisho.catalog import json_schema

    return json_schema()
