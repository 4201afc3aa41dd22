"""Host commands: they open the stores of this machine's data folder themselves."""

import argparse
from pathlib import Path

from sekisho.app import App, SystemClock, build, make_catalog
from sekisho.cli import output
from sekisho.cli.languages import reader_language
from sekisho.cli.options import (
    Nouns,
    door_values,
    host_options,
    json_option,
    noun,
    verb,
    workspace_word,
)
from sekisho.engine.tokens import HOST
from sekisho.ports import Catalog
from sekisho.settings import Settings, read_settings


def declare(nouns: Nouns) -> None:
    """Declare `store`, `config`, `lock` and `unlock`."""
    verbs = noun(nouns, "store", "look after the data folder")
    _host(verb(verbs, "prune", store_prune, "forget runs older than SEKISHO_KEEP_RUNS"))
    verbs = noun(nouns, "config", "check sekisho.yaml")
    check = _host(
        verb(verbs, "check", config_check, "check sekisho.yaml and show what it declares")
    )
    check.add_argument("file", nargs="?", type=Path, metavar="FILE", help="this file (--config)")
    about = "say in words who may do what in a workspace, which rules hold there, and when"
    check.add_argument("--explain", metavar="WORKSPACE", help=about)
    about = "language of the words (SEKISHO_LANGUAGE, then the locale)"
    check.add_argument("--lang", choices=("en", "ja"), help=about)
    _host(verb(verbs, "schema", config_schema, "print the JSON Schema for editors"))
    declare_holds(nouns)


def declare_holds(nouns: Nouns) -> None:
    """Declare `lock` and `unlock`: `sekisho lock`, and `sekisho workspace lock`."""
    hold = workspace_word(_host(verb(nouns, "lock", lock, "keep applies out of a workspace")))
    hold.add_argument("--reason", required=True, help="why, for whoever is kept out")
    free = workspace_word(_host(verb(nouns, "unlock", unlock, "let applies into it again")))
    free.add_argument("--reason", default="", help="why, for the audit")


def _show_hold(args: argparse.Namespace, name: str, *, locked: bool) -> int:
    if args.json:
        output.as_json({"workspace": name, "locked": locked})
    else:
        output.say(f"{name} is {'locked' if locked else 'free'}.")
    return output.OK


def _host(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    return json_option(host_options(parser))


def settings_of(args: argparse.Namespace, **more: object) -> Settings:
    """Read the settings; flags win over the environment."""
    places = {name: getattr(args, name, None) for name in ("data_dir", "config", "root")}
    return read_settings(**places | door_values(args) | more)


def open_app(args: argparse.Namespace) -> App:
    """Open the data folder for one command."""
    return build(settings_of(args, log_level="error"), serves=False)


def store_prune(args: argparse.Namespace) -> int:
    """`sekisho store prune`."""
    forgotten = open_app(args).engine.retention.sweep()
    if args.json:
        output.as_json({"forgotten": forgotten})
    else:
        output.say(f"{forgotten} runs were forgotten; the audit stays.")
    return output.OK


def config_check(args: argparse.Namespace) -> int:
    """`sekisho config check`."""
    # The file alone: a check in CI leaves no data folder and no keys behind.
    settings = settings_of(args)
    if args.file is not None:
        settings = settings.model_copy(update={"config": args.file, "root": None})
    catalog, _section, _identities = make_catalog(settings)
    if args.explain is not None:
        return _explain(args, catalog)
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
    if args.json:
        output.as_json(rows)
    else:
        output.table(rows, ("workspace", "backend", "target", "terraform", "sources"))
    return output.OK


def _explain(args: argparse.Namespace, catalog: Catalog) -> int:
    from sekisho.views.config_explained import explained, explained_json, lines_of

    workspace = catalog.get(args.explain)
    parts = explained(workspace, catalog.groups(), catalog.access(), SystemClock().now())
    if args.json:
        output.as_json(explained_json(workspace, parts))
        return output.OK
    output.say(workspace.name)
    for line in lines_of(parts, args.lang or output.readable(reader_language())):
        output.say(line)
    return output.OK


def config_schema(_args: argparse.Namespace) -> int:
    """`sekisho config schema`."""
    from sekisho.app import operator_file_schema

    output.as_json(operator_file_schema())
    return output.OK


def lock(args: argparse.Namespace) -> int:
    """`sekisho lock`."""
    record = open_app(args).engine.workspaces.lock(args.workspace, HOST, args.reason)
    return _show_hold(args, record.name, locked=True)


def unlock(args: argparse.Namespace) -> int:
    """`sekisho unlock`."""
    record = open_app(args).engine.workspaces.unlock(args.workspace, HOST, args.reason)
    return _show_hold(args, record.name, locked=False)
