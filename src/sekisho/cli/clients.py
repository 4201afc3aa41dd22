"""`sekisho client …`: telling an IDE where Sekisho is."""

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any, cast

from sekisho.cli import output
from sekisho.cli.languages import reader_language
from sekisho.cli.options import Nouns, json_option, noun, verb
from sekisho.settings import environment
from sekisho_client import ides, jsonc, settings_files
from sekisho_client.errors import ClientError, failure
from sekisho_client.ides import Connection, Ide, Machine
from sekisho_client.settings import DEFAULT_URL


def declare(nouns: Nouns) -> None:
    """Declare the commands."""
    verbs = noun(nouns, "client", "connect an IDE: Kiro, VS Code, Cursor, Claude Code")
    about = "add Sekisho to an IDE's settings: shows the change, asks, keeps a backup"
    add = _place(verb(verbs, "add", client_add, about))
    add.add_argument("--server", help="address of the server (SEKISHO_URL)")
    about = "environment variable that holds the token; '' sends none (SEKISHO_TOKEN; loopback: '')"
    add.add_argument("--token-variable", metavar="NAME", help=about)
    add.add_argument("--team", default="", metavar="ID", help="send X-Team-Id, a claim for the log")
    about = "let the IDE start `sekisho stdio` on this machine instead"
    add.add_argument("--stdio", action="store_true", help=about)
    about = "with --stdio: the data folder of the server to share"
    add.add_argument("--data-dir", type=Path, help=about)
    how = add.add_mutually_exclusive_group()
    how.add_argument("--link", action="store_true", help="print the install link, change nothing")
    how.add_argument("--print", action="store_true", help="print the entry, change nothing")
    how.add_argument("--yes", action="store_true", help="do not ask")
    remove = _place(verb(verbs, "remove", client_remove, "take Sekisho out of an IDE's settings"))
    remove.add_argument("--yes", action="store_true", help="do not ask")
    json_option(verb(verbs, "list", client_list, "show which IDEs know Sekisho, and from where"))


def _place(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("ide", choices=tuple(ides.IDES), help="which IDE")
    about = "for this person, or for the project in this folder (user)"
    parser.add_argument("--scope", choices=ides.SCOPES, default="user", help=about)
    parser.add_argument("--name", default=ides.NAME, help="name of the entry (sekisho)")
    return json_option(parser)


def machine() -> Machine:
    """Return whose files are meant: the person's who runs this, in this folder."""
    try:
        home = Path.home()
    except RuntimeError:
        raise failure("home_missing") from None
    return Machine(home, Path.cwd(), sys.platform, environment())


def client_add(args: argparse.Namespace) -> int:
    """`sekisho client add`."""
    ide, here = ides.IDES[args.ide], machine()
    connection = _connection(args, here)
    ides.check(ide, args.name, connection)
    entry = ide.entry(connection)
    if args.link:
        return _show_link(args, ide, entry)
    if args.print:
        output.as_json({ide.key: {args.name: entry}})
        return output.OK
    file = ide.file(args.scope, here)
    if file is None:
        return _show_command(args, ides.claude_command(args.name, connection))
    path = (ide.key, args.name)
    change = settings_files.plan_change(file, lambda text: jsonc.put(text, path, entry))
    if change.before is not None and _group(change.before, ide).get(args.name) == entry:
        return _told(args, change, "unchanged", None)
    code = _save(args, change, _strings(entry))
    if code == output.OK and not args.json:
        _say_next(ide, connection)
    return code


def client_remove(args: argparse.Namespace) -> int:
    """`sekisho client remove`."""
    ide = ides.IDES[args.ide]
    file = ide.file(args.scope, machine())
    if file is None:
        words = ["claude", "mcp", "remove", "--scope", "user", args.name]
        return _show_command(args, words)
    path = (ide.key, args.name)
    change = settings_files.plan_change(file, lambda text: jsonc.drop(text, path))
    if change.empty or change.before is None:
        return _told(args, change, "unchanged", None)
    return _save(args, change, ())


def client_list(args: argparse.Namespace) -> int:
    """`sekisho client list`."""
    here = machine()
    rows: list[dict[str, Any]] = []
    for ide in ides.IDES.values():
        for scope in ides.SCOPES:
            if file := ide.file(scope, here):
                rows += _entries(ide, scope, file)
    if args.json:
        output.as_json(rows)
    elif rows:
        output.table(rows, ("ide", "scope", "name", "connects", "file"))
    else:
        output.say("No IDE knows Sekisho yet: sekisho client add kiro")
    return output.OK


def _entries(ide: Ide, scope: str, file: Path) -> list[dict[str, Any]]:
    """Return the entries of a file that lead to a Sekisho, as far as one can tell from outside."""
    row = {"ide": ide.name, "scope": scope, "file": str(file)}
    try:
        group = _group(settings_files.read(file) or "", ide)
    except ClientError as error:
        return [row | {"name": "?", "connects": error.message.of(reader_language())}]
    except jsonc.JsoncError as error:
        return [row | {"name": "?", "connects": f"broken: {error.problem}"}]
    found: list[dict[str, Any]] = []
    for name, entry in group.items():
        args: Any = entry.get("args")
        listed = cast("list[Any]", args) if isinstance(args, list) else []
        words = [str(w) for w in (entry.get("command", ""), *listed)]
        ours = name == ides.NAME or ides.NAME in str(entry.get("url", "")) or "sekisho" in words
        if ours:
            said = str(entry.get("url") or " ".join(words))
            found.append(row | {"name": name, "connects": said})
    return found


def _group(text: str, ide: Ide) -> dict[str, Any]:
    group = jsonc.load(text).get(ide.key, {})
    if not isinstance(group, dict):
        return {}
    known = cast("dict[str, Any]", group)
    return {k: v for k, v in known.items() if isinstance(v, dict)}


def _connection(args: argparse.Namespace, here: Machine) -> Connection:
    if not args.stdio:
        server = args.server or here.environment.get("SEKISHO_URL") or DEFAULT_URL
        return ides.connect(server, variable=args.token_variable, team=args.team)
    # An IDE started from a desktop has not the PATH of this shell; a shared file has another one.
    found = shutil.which("sekisho") if args.scope == "user" else "sekisho"
    words = (found,) if found else (sys.executable, "-m", "sekisho")
    more = ("--data-dir", str(args.data_dir.absolute())) if args.data_dir else ()
    return Connection(command=(*words, "stdio", *more))


def _save(args: argparse.Namespace, change: settings_files.Change, ours: tuple[str, ...]) -> int:
    if not args.json:
        output.note(change.diff(ours))
    if not args.yes and not _agreed(change.path):
        output.note("Nothing was changed.")
        return output.FAILED
    return _told(args, change, "changed", settings_files.save(change))


def _agreed(path: Path) -> bool:
    if not sys.stdin.isatty() or output.prints_json():
        raise failure("consent_needed", path=path)
    sys.stderr.write("Write this? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes", "はい")


def _told(
    args: argparse.Namespace, change: settings_files.Change, result: str, backup: Path | None
) -> int:
    if args.json:
        kept = str(backup) if backup else None
        output.as_json({"file": str(change.path), "result": result, "backup": kept})
    elif result == "unchanged":
        output.say(f"{change.path} is as it should be; nothing was changed.")
    else:
        kept = f" (before: {backup})" if backup else ""
        output.say(f"{change.path} is written{kept}.")
    return output.OK


def _say_next(ide: Ide, connection: Connection) -> None:
    """Say what the file cannot: where the token comes from."""
    variable = connection.variable
    if variable:
        output.say(f"next: set {variable} to a token before {ide.title} starts; sekisho doctor")
    if variable and ide is ides.KIRO:
        output.say(f"next: approve {variable} in Kiro's setting `Mcp Approved Env Vars`")


def _show_link(args: argparse.Namespace, ide: Ide, entry: dict[str, Any]) -> int:
    if ide.link is None:
        raise failure("link_missing", title=ide.title, name=ide.name)
    link = ide.link(args.name, entry)
    output.as_json({"link": link}) if args.json else output.say(link)
    return output.OK


def _show_command(args: argparse.Namespace, words: list[str]) -> int:
    """Print what the IDE's own command line does: that file is written by the IDE alone."""
    if args.json:
        output.as_json({"command": words, "result": "printed"})
    else:
        output.say(ides.shell_words(words))
        output.note(
            "Claude Code keeps this itself: run the line above. For a file: --scope project"
        )
    return output.OK


def _strings(entry: dict[str, Any]) -> tuple[str, ...]:
    """Return every string in an entry of ours, as JSON writes it."""
    found: list[str] = []
    for value in entry.values():
        found += [value] if isinstance(value, str) else []
    found += entry.get("args", [])
    found += entry.get("headers", {}).values()
    return tuple(json.dumps(text, ensure_ascii=False)[1:-1] for text in found)
