"""The wheel, as people install it: it carries every page and asset, and serves them."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx2
import pytest

from tests.e2e.serving import REPO, serving

pytestmark = [pytest.mark.long, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build it as `pip wheel .` does, with what is installed here: nothing is fetched."""
    folder = tmp_path_factory.mktemp("wheel")
    words = ["pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    command = [sys.executable, "-m", *words, "-w", str(folder), str(REPO)]
    subprocess.run(command, check=True, timeout=150)
    (built,) = folder.glob("sekisho-*.whl")
    return built


def test_everything_in_the_source_tree_is_in_the_wheel(wheel: Path):
    source = REPO / "src"
    kept = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert any(name.endswith(".html") for name in kept)
    assert any(name.endswith(".css") for name in kept)
    assert packed == kept


def test_the_console_and_its_style_load_from_the_wheel(wheel: Path, tmp_path: Path):
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    with serving(tmp_path / "data", PYTHONPATH=str(installed)) as server:
        page = httpx2.get(f"{server.url}/").raise_for_status().text
        assets = set(re.findall(r'(?:href|src)="(/assets/[^"]+)"', page))
        assert {Path(a).suffix for a in assets} == {".css", ".js", ".svg"}
        for asset in assets:
            assert httpx2.get(f"{server.url}{asset}").raise_for_status().content
