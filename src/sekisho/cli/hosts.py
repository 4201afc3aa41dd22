"""Host commands: they open the stores of this machine's data folder themselves."""

import argparse

from sekisho.app import App, build, make_catalog
from sekisho.cli import output
from sekisho.cli.options import Nouns, door_values, host_options, verb
from sekisho.engine.tokens import HOST
from sekisho.settings import Settings, read_settings


def declare(nouns: Nouns) -> None:
    """Declare `store`, `config`, `lock` and `unlock`."""
    store = nouns.add_parser("store", help="look after the data folder")
    verbs = store.add_subparsers(required=True)
    host_options(verb(verbs, "prune", store_prune, "forget runs older than SEKISHO_KEEP_RUNS"))
    config = nouns.add_parser("config", help="check sekisho.yaml")
    verbs = config.add_subparsers(required=True)
    host_options(verb(verbs, "check", config_check, "check sekisho.yaml and show what it declares"))
    host_options(verb(verbs, "schema", config_schema, "print the JSON Schema for editors"))
    hold = host_options(verb(nouns, "lock", lock, "keep applies out of a workspace"))
    hold.add_argument("workspace")
    hold.add_argument("--reason", required=True, help="why, for whoever is kept out")
    free = host_options(verb(nouns, "unlock", unlock, "let applies into a workspace again"))
    free.add_argument("workspace")
    free.add_argument("--reason", default="", help="why, for the audit")


def settings_of(args: argparse.Namespace, **more: object) -> Settings:
    """Read the settings; flags win over the environment."""
    places = {name: getattr(args, name, None) for name in ("data_dir", "config", "root")}
    return read_settings(**places | door_values(args) | more)


def open_app(args: argparse.Namespace) -> App:
    """Open the data folder for one command."""
    return build(settings_of(args, log_level="error"), serves=False)


def store_prune(args: argparse.Namespace) -> int:
    """`sekisho store prune`."""
    output.say(f"{open_app(args).engine.retention.sweep()} runs were forgotten; the audit stays.")
    return output.OK


def config_check(args: argparse.Namespace) -> int:
    """`sekisho config check`."""
    # The file alone: a check in CI leaves no data folder and no keys behind.
    catalog, _section = make_catalog(settings_of(args))
    rows = [
        {
            "workspace": w.name,
            "backend": w.backend.kind,
            "target": w.target.name,
            "terraform": w.terraform,
            "sources": ", ".join(w.sources),
        }
        for w in catalog.all()
    ]
    output.table(rows, ("workspace", "backend", "target", "terraform", "sources"))
    return output.OK


def config_schema(_args: argparse.Namespace) -> int:
    """`sekisho config schema`."""
    from sekisho.app import operator_file_schema

    output.as_json(operator_file_schema())
    return output.OK


def lock(args: argparse.Namespace) -> int:
    """`sekisho lock`."""
    record = open_app(args).engine.workspaces.lock(args.workspace, HOST, args.reason)
    output.say(f"{record.name} is locked.")
    return output.OK


def unlock(args: argparse.Namespace) -> int:
    """`sekisho unlock`."""
    record = open_app(args).engine.workspaces.unlock(args.workspace, HOST, args.reason)
    output.say(f"{record.name} is free.")
    return output.OK
