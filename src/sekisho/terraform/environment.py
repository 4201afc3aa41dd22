"""The environment of a Terraform process, complete and explicit, and its CLI configuration."""

import re
from pathlib import Path

from sekisho.domain.errors import SettingInvalid
from sekisho.domain.targets import Target
from sekisho.terraform.options import TerraformOptions

_NOT_THEIRS = re.compile(
    r"TF_CLI_\w+|TF_LOG\w*|TF_REATTACH_PROVIDERS|TF_DATA_DIR|TF_INPUT|TF_IN_AUTOMATION|"
    r"TF_WORKSPACE|TF_PLUGIN_\w+|TF_IGNORE|LD_\w+|DYLD_\w+|HOME|TMPDIR|CHECKPOINT_DISABLE"
)


def environment(work: Path, target: Target) -> dict[str, str]:
    """Return every variable that Terraform gets, but those that name a place it works from.

    None of them is this server's.

    Raises:
        SettingInvalid: the operator set a name that would change how Terraform itself works.
    """
    refused = next((n for n in target.environment if _NOT_THEIRS.fullmatch(n)), None)
    if refused:
        raise SettingInvalid(
            name=f"targets.{target.name}.environment",
            problem=f"{refused} decides how Terraform itself runs and may not be set",
        )
    ours = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(work / "home"),
        "TMPDIR": str(work / "tmp"),
        "LANG": "C.UTF-8",
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
        "TF_CLI_CONFIG_FILE": str(work / "cli.tfrc"),
        "CHECKPOINT_DISABLE": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    if target.region:
        ours |= {"AWS_REGION": target.region, "AWS_DEFAULT_REGION": target.region}
    return ours | dict(target.environment)


def cli_configuration(options: TerraformOptions) -> str:
    """Say where providers come from: what is named here and nowhere else.

    An explicit block, even an empty one, also stops the implied mirrors, which lie in folders that
    a configuration could bring along.
    """
    methods: list[str] = []
    if options.mirror:
        methods.append(f"  filesystem_mirror {{\n    path = {quoted(str(options.mirror))}\n  }}\n")
    if options.network_mirror:
        methods.append(f"  network_mirror {{\n    url = {quoted(options.network_mirror)}\n  }}\n")
    if options.direct:
        methods.append("  direct {}\n")
    return "disable_checkpoint = true\nprovider_installation {\n" + "".join(methods) + "}\n"


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def quoted(text: str) -> str:
    """Write a string as HCL that means exactly this text: no template in it is expanded."""
    body = "".join(_ESCAPES.get(c, c if c.isprintable() else _code(c)) for c in text)
    return '"' + body.replace("${", "$${").replace("%{", "%%{") + '"'


def _code(char: str) -> str:
    number = ord(char)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"  # noqa: PLR2004 (BMP)
