"""Every setting: its name, type, default and meaning.

Each is a variable `SEKISHO_NAME`; the reference page is made from the descriptions here.
"""

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ByteSize, Field, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from sekisho.domain.errors import SettingInvalid
from sekisho.domain.inspections import FindingKind
from sekisho.settings.kinds import (
    Cap,
    Endpoint,
    Host,
    Level,
    Limit,
    Lower,
    Origin,
    Place,
    Transport,
    WebAddress,
    Words,
)

PREFIX = "SEKISHO_"
DEFAULT_TOOLSETS = "default"
PAIRS = {"certificate": "tls_cert", "toolsets": "toolsets"}
"""Word in a complaint about two settings → the one that is named for it; else `config`."""
_MB = 1024 * 1024


def data_folder() -> Path:
    """Return where data lies where nobody says otherwise.

    Raises:
        SettingInvalid: there is no home folder to put it in.
    """
    shared = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_DATA_HOME", "")
    if shared and Path(shared).is_absolute():
        return Path(shared) / "sekisho"
    try:
        return Path.home() / ".local" / "share" / "sekisho"
    except RuntimeError:
        raise SettingInvalid(
            name="SEKISHO_DATA_DIR", problem="it is not set and there is no home folder"
        ) from None


class Settings(BaseSettings):
    """How this server runs. What it may do to whom is said in sekisho.yaml."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True
    )

    data_dir: Place = Field(
        default_factory=data_folder,
        description="Folder for runs, plans, state, keys and the audit trail. Back it up as one."
        " Default: $XDG_DATA_HOME/sekisho, else ~/.local/share/sekisho.",
    )
    config: Place | None = Field(
        default=None,
        description="The operator's file, sekisho.yaml: workspaces, targets, where Terraform and"
        " providers come from. Without it: one workspace per folder under SEKISHO_ROOT.",
    )
    root: Place | None = Field(
        default=None,
        description="Folder whose sub-folders with .tf files become workspaces, as does the folder"
        " itself. Not together with SEKISHO_CONFIG. Without both: one workspace, `default`.",
    )
    transport: Transport = Field(
        default="stdio",
        description="What `sekisho` without a command starts: stdio, or streamable-http (http).",
    )
    host: Host = Field(
        default="127.0.0.1",
        description="Address to listen on. Beyond loopback, callers need credentials.",
    )
    port: int = Field(
        default=8080, ge=0, le=65535, description="Port to listen on; 0 takes any free one."
    )
    public_url: Origin | None = Field(
        default=None,
        description="Address by which people and agents reach this server, like"
        " https://sekisho.example.jp; links in answers begin with it. Default: host and port.",
    )
    allowed_hosts: Annotated[tuple[Host, ...], NoDecode, Words] = Field(
        default=(),
        description="More host names, with or without port, by which requests may come; separated"
        " by commas. Loopback, the listening address and SEKISHO_PUBLIC_URL always may. Beyond"
        " loopback with neither set, any name may.",
    )
    endpoint: Endpoint = Field(default="/mcp", description="Path of the MCP endpoint.")
    tls_cert: Place | None = Field(
        default=None,
        description="Certificate (chain) to serve HTTPS with, PEM; read again when it changes."
        " Together with SEKISHO_TLS_KEY.",
    )
    tls_key: Place | None = Field(
        default=None, description="Private key of SEKISHO_TLS_CERT, PEM, without a passphrase."
    )
    auth: Annotated[Literal["auto", "keys", "none"], Lower] = Field(
        default="auto",
        description="Who may ask without a credential. auto: everybody on loopback, nobody"
        " beyond it. keys: nobody. none: everybody, for reading and planning alone.",
    )
    cors_mode: Annotated[Literal["strict", "development", "disabled"], Lower] = Field(
        default="strict",
        description="Which web pages may call /mcp from a browser. strict: those of"
        " SEKISHO_ALLOWED_ORIGINS. development: also those of this machine. disabled: all, with a"
        " credential.",
    )
    allowed_origins: Annotated[tuple[Origin, ...], NoDecode, Words] = Field(
        default=(),
        description="More origins, like https://portal.example.jp, whose pages may call this"
        " server; separated by commas. Our own always may.",
    )
    rate_limit: Limit = Field(
        default=None,
        description="Requests a second and burst of everybody together, like 100:200; or off."
        " Default: off on loopback, 200:400 beyond it.",
    )
    rate_limit_caller: Limit = Field(
        default=None,
        description="Requests a second and burst of one caller (a key, else an address), like"
        " 20:60; or off. Default: off on loopback, 20:60 beyond it.",
    )
    remote_ip: Annotated[Literal["remoteaddr", "x-real-ip", "x-forwarded-for"], Lower] = Field(
        default="remoteaddr",
        description="Where the address of a client is read from. Behind a load balancer:"
        " x-forwarded-for, with SEKISHO_TRUSTED_HOPS.",
    )
    trusted_hops: int = Field(
        default=0,
        ge=0,
        le=16,
        description="Proxies of ours in front, which each append to X-Forwarded-For.",
    )
    redirect_root: WebAddress | None = Field(
        default=None,
        description="Where a browser that opens `/` is sent, if the console is not served here.",
    )
    toolsets: Annotated[tuple[str, ...], NoDecode, Words] = Field(
        default=(DEFAULT_TOOLSETS,),
        description="Sets of tools to offer, separated by commas: all, default, or their names.",
    )
    tools: Annotated[tuple[str, ...], NoDecode, Words] = Field(
        default=(), description="These tools alone, by name; not together with toolsets."
    )
    exclude_tools: Annotated[tuple[str, ...], NoDecode, Words] = Field(
        default=(), description="Tools not to offer, by name."
    )
    read_only: bool = Field(default=False, description="Offer only tools that change nothing.")
    log_file: Place | None = Field(
        default=None, description="File to append the log to, instead of standard error."
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], Level] = Field(
        default="info", description="Least important log lines to write."
    )
    log_format: Annotated[Literal["json", "text"], Lower] = Field(
        default="json", description="One JSON object a line, or text for people."
    )
    language: Annotated[Literal["auto", "en", "ja"], Lower] = Field(
        default="auto",
        description="Language of pages and texts: en, ja, or auto: what each reader asks for.",
    )
    plans_per_hour: int = Field(
        default=600,
        ge=1,
        le=1_000_000,
        description="Plans that one person may begin within an hour, with all their agents.",
    )
    plans_per_hour_agent: int = Field(
        default=300,
        ge=1,
        le=1_000_000,
        description="Plans that one agent of a person may begin within an hour; what a client"
        " calls itself, without its version, is one agent.",
    )
    applies_per_hour: int = Field(
        default=120,
        ge=1,
        le=1_000_000,
        description="Applies that one person may begin within an hour, with all their agents.",
    )
    applies_per_hour_agent: int = Field(
        default=60,
        ge=1,
        le=1_000_000,
        description="Applies that one agent of a person may begin within an hour.",
    )
    destroys_per_day: int = Field(
        default=500,
        ge=1,
        le=1_000_000,
        description="Resources that the applies of one person may destroy within 24 hours;"
        " a replacement is one.",
    )
    failures_in_a_row: int = Field(
        default=10,
        ge=1,
        le=1000,
        description="Failed plans and applies of one agent in a row, within an hour, after which"
        " it begins nothing for ten minutes.",
    )
    plan_slots: int = Field(default=2, ge=1, le=256, description="Plans at a time, per worker.")
    apply_slots: int = Field(default=4, ge=1, le=256, description="Applies at a time, per worker.")
    stop_grace: int = Field(
        default=60,
        ge=1,
        le=3600,
        description="Seconds that Terraform has to end by itself after it was asked to stop."
        " Less risks state.",
    )
    drain_for: int = Field(
        default=20,
        ge=0,
        le=3600,
        description="Seconds that applies under way get to end when the server stops; then"
        " Terraform is asked to stop, and saves its state.",
    )
    plan_age: int = Field(
        default=24, ge=1, le=24 * 30, description="Hours after which a plan is too old to apply."
    )
    inspection_allow: Annotated[tuple[FindingKind, ...], NoDecode, Words] = Field(
        default=(),
        description="Kinds of findings that inspection lets pass where sekisho.yaml says nothing of"
        " them, separated by commas: `provisioner, provider_source`. See docs/en/inspection.md.",
    )
    keep_runs: int = Field(
        default=90,
        ge=1,
        le=36_500,
        description="Days to keep finished runs, their plans and logs. The audit trail stays.",
    )
    audit_anchors: Place | None = Field(
        default=None,
        description="Folder for signed checkpoints of the audit, each a file that is written once."
        " Best on another disk or machine: with it, a cut or restored data folder is found out."
        " Default: `anchors` in the data folder.",
    )
    upload_packed: Cap = Field(
        default=ByteSize(50 * _MB),
        description="Largest upload, packed; bytes, or a size like 50MiB.",
    )
    upload_unpacked: Cap = Field(
        default=ByteSize(200 * _MB),
        description="Largest upload, unpacked; bytes, or a size like 200MiB.",
    )
    upload_files: int = Field(
        default=10_000, ge=1, le=1_000_000, description="Most files and folders of one upload."
    )
    worker: bool = Field(
        default=True,
        description="Whether `sekisho serve` also runs plans and applies itself. If false, start"
        " `sekisho worker`.",
    )
    terraform_path: str = Field(
        default_factory=lambda: os.environ.get("PATH", os.defpath),
        description="Folders to search for terraform and tofu, as in PATH. Default: PATH.",
    )

    @model_validator(mode="after")
    def _one_catalog(self) -> "Settings":
        if self.config and self.root:
            raise ValueError("not together with SEKISHO_ROOT: the file names every workspace")
        return self

    @model_validator(mode="after")
    def _whole_tls(self) -> "Settings":
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("a certificate and its key go together: one of the two is missing")
        return self

    @model_validator(mode="after")
    def _one_choice(self) -> "Settings":
        if self.tools and self.toolsets != (DEFAULT_TOOLSETS,):
            raise ValueError("tools and toolsets cannot both be named: choose one")
        return self
