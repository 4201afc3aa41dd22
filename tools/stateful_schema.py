"""Prove the table of stateful types against the providers' schemas; write what was found.

python tools/stateful_schema.py FOLDER   FOLDER holds the unpacked packages, one folder each

The schemas come out of the prebuilt bindings that PyPI has of the providers: JavaScript made from
the schema, MPL-2.0, read here and never committed. Get and unpack one so:

    pip download --no-deps cdktn-provider-aws==25.8.1
    unzip -q cdktn_provider_aws-*.whl -d FOLDER/aws
    tar xzf FOLDER/aws/*/_jsii/*.jsii.tgz -C FOLDER/aws

and in the same way cdktf-cdktf-provider-{google,azurerm,azuread,kubernetes,random,tls,vault,
postgresql}. What is written, `tests/unit/stateful_schema.json`, has the types that
`sekisho.domain.stateful` names and the attributes it names of them, no more: only what the schema
really has. A test holds it against the table, so a misspelt name is a difference there.
"""

import json
import re
import sys
from pathlib import Path

from sekisho.domain.stateful import named_types, protections

EXTRACT = Path(__file__).resolve().parents[1] / "tests" / "unit" / "stateful_schema.json"
CLASS = re.compile(r"^class (\w+) extends (cdkt\w\.\w+) \{(.*?)^\}", re.DOTALL | re.MULTILINE)
TYPE = re.compile(r'tfResourceType = "(\w+)"')
NAMES = re.compile(r"""(?:get\w*Attribute\(|\(this, )['"](\w+)['"]""")


def main(folder: Path) -> None:
    """Read every package in the folder and write the extract."""
    providers: dict[str, object] = {}
    found: dict[str, list[str]] = {}
    for manifest in sorted(folder.glob("*/package/package.json")):
        about = json.loads(manifest.read_text(encoding="utf-8"))
        said = next(v for k, v in about.items() if k.startswith("cdk") and "provider" in v)
        providers[said["provider"]["name"].removeprefix("registry.terraform.io/")] = {
            "version": said["provider"]["version"],
            "from": f"{about['jsii']['targets']['python']['distName']} {about['version']}",
        }
        for source in sorted(manifest.parent.glob("lib/*/index.js")):
            found |= _resource(source.read_text(encoding="utf-8"))
    text = {"providers": providers, "types": {t: found[t] for t in sorted(found)}}
    EXTRACT.write_text(json.dumps(text, indent=1) + "\n", encoding="utf-8")
    wrong = [f"no such type: {t}" for t in sorted(named_types() - found.keys())]
    wrong += [
        f"no such attribute: {t}.{p.path}"
        for t in sorted(found)
        for p in protections(t)
        if p.path not in found[t]
    ]
    if wrong:
        sys.exit("\n".join(wrong))


def _resource(source: str) -> dict[str, list[str]]:
    """Return the type that a module is about, if the table names it, and the paths that it has."""
    named = TYPE.search(source)
    classes = {name: (kind, body) for name, kind, body in CLASS.findall(source)}
    top = next((n for n, (kind, _) in classes.items() if kind.endswith(".TerraformResource")), "")
    if not named or not top or named[1] not in named_types():
        return {}
    return {named[1]: [p.path for p in protections(named[1]) if _has(classes, top, p.path)]}


def _has(classes: dict[str, tuple[str, str]], top: str, path: str) -> bool:
    """Follow a path through the classes: that of a block is named for the way to it."""
    nested = ""
    for step in (s for s in path.split(".") if not s.isdecimal()):
        bodies = (
            [b for n, (_, b) in classes.items() if n.endswith(nested + "OutputReference")]
            if nested
            else [classes[top][1]]
        )
        if not any(step in NAMES.findall(body) for body in bodies):
            return False
        nested += "".join(part.capitalize() for part in step.split("_"))
    return True


if __name__ == "__main__":
    main(Path(sys.argv[1]))
