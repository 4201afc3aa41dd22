"""The same plan by hand: init, plan, show -json, with the same Terraform."""

import os
import shutil
import subprocess
import time
from pathlib import Path


def cold_folder(folder: Path, text: str) -> Path:
    """Make a folder with one configuration, as a person would have it."""
    folder.mkdir()
    (folder / "main.tf").write_text(text, encoding="utf-8")
    return folder


def by_hand(folder: Path) -> float:
    """Run the three commands; return the seconds that they took together."""
    terraform = shutil.which("terraform") or shutil.which("tofu") or "terraform"
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "CHECKPOINT_DISABLE": "1"}
    began = time.perf_counter()
    for words in (
        ["init", "-input=false"],
        ["plan", "-input=false", "-out=plan.tfplan"],
        ["show", "-json", "plan.tfplan"],
    ):
        subprocess.run(
            [terraform, *words], cwd=folder, env=environment, check=True, capture_output=True
        )
    return time.perf_counter() - began
