"""One configuration with providers of the mirror, and Terraform by hand in it."""

import dataclasses
import json
import subprocess
from pathlib import Path

import pytest

from tests.providers.make_mirror import Mirror
from tests.terraform_command import terraform_command

SECRET = "s3cret-秘"
MAIN = """
terraform {{
  required_providers {{
    null = {{ source = "hashicorp/null", version = "2.1.2" }}
    sim  = {{ source = "acme/sim", version = "1.0.0" }}
  }}
}}
provider "sim" {{
  data_dir = "{things}"
}}
resource "null_resource" "a" {{
  triggers = {{ thing = sim_thing.one.id }}
}}
resource "sim_thing" "one" {{
{body}
}}
"""


@dataclasses.dataclass
class Place:
    """One configuration, and Terraform in an environment that names the mirror and little else."""

    mirror: Mirror
    folder: Path

    @property
    def things(self) -> Path:
        return self.folder / "things"

    def write(self, **body: object) -> None:
        lines = "\n".join(f"  {name} = {json.dumps(value)}" for name, value in body.items())
        text = MAIN.format(things=self.things, body=lines)
        (self.folder / "main.tf").write_text(text, encoding="utf-8")
        (self.folder / "cli.tfrc").write_text(self.mirror.cli_configuration(), encoding="utf-8")

    def terraform(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "HOME": str(self.folder),
            "TF_CLI_CONFIG_FILE": str(self.folder / "cli.tfrc"),
            "CHECKPOINT_DISABLE": "1",
        }
        return subprocess.run(
            [*terraform_command(), *words, "-no-color"],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )

    def ok(self, *words: str) -> str:
        done = self.terraform(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def kept(self) -> list[dict[str, object]]:
        files = sorted(self.things.iterdir()) if self.things.exists() else []
        return [json.loads(path.read_text(encoding="utf-8")) for path in files]


@pytest.fixture
def place(provider_mirror: Mirror, tmp_path: Path) -> Place:
    return Place(provider_mirror, tmp_path)
