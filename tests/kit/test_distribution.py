"""The client is a distribution of its own: it is built alone, carries its types, and imports nothing of Keten."""

import ast
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

CLIENT = Path(__file__).parents[2] / "kit" / "python"
MODULES = sorted((CLIENT / "keten_client").glob("**/*.py"))


def _imported(module: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(module.read_text(encoding="utf-8"))))
    named = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    asked = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in named | asked}


def test_it_imports_what_it_declares_and_nothing_else() -> None:
    declared = tomllib.loads((CLIENT / "pyproject.toml").read_text())["project"]["dependencies"]
    allowed = {requirement.partition(">")[0] for requirement in declared} | {"keten_client"}
    imported = set[str]().union(*map(_imported, MODULES))
    assert allowed == {"httpx", "pydantic", "standardwebhooks", "keten_client"}
    assert imported - set(sys.stdlib_module_names) == allowed


def test_a_wheel_of_it_holds_its_modules_and_says_that_they_are_typed(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path)]
    subprocess.run([*words, str(CLIENT)], check=True, capture_output=True)
    [wheel] = tmp_path.glob("keten_client-*.whl")
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if not name.partition("/")[0].endswith(".dist-info")}
    assert inside == {f"keten_client/{module.name}" for module in MODULES} | {"keten_client/py.typed"}
