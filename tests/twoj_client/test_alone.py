"""The client stands alone: it needs nothing of the application, and installs by itself."""

import subprocess
import sys
from pathlib import Path
from shutil import copytree

ROOT = Path(__file__).parents[2]
NOT_NEEDED = ("babel", "pandas", "pydantic", "pydantic_settings", "streamlit", "structlog")


def python(*arguments: object, path: Path):
    command = [sys.executable, *map(str, arguments)]
    run = subprocess.run(command, cwd=path, check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_whoever_imports_the_client_loads_nothing_of_the_application():
    every = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "twoj_client").rglob("*.py")
    ]
    lines = [*(f"import {name}" for name in every if not name.endswith("__init__")), "import sys"]
    loaded = python("-c", "\n".join([*lines, "print(*sys.modules)"]), path=ROOT).split()
    assert "twoj_client.transport" in loaded
    assert not {name.partition(".")[0] for name in loaded} & {*NOT_NEEDED, "dashboard", "ledger"}


def test_it_installs_by_itself_typed_and_whole(tmp_path):
    copytree(ROOT / "twoj_client", tmp_path / "twoj_client")
    build = ("-c", "from setuptools import setup; setup()", "-q", "build", "--build-lib", tmp_path / "site")
    python(*build, path=tmp_path / "twoj_client")
    installed, here = (
        {path.relative_to(folder).as_posix() for path in (folder / "twoj_client").rglob("*.py")}
        for folder in (tmp_path / "site", ROOT)
    )
    assert installed == here
    assert (tmp_path / "site/twoj_client/py.typed").is_file()
    out = python(
        "-c", "import twoj_client; print(twoj_client.__file__, *twoj_client.__all__)", path=tmp_path / "site"
    )
    assert out.startswith(str(tmp_path / "site"))
    assert "TwoJ" in out
