"""The shape of the code holds: sizes, names and folders."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "operator" / "tidegate"
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST_MODULE = 300


def test_operator_is_a_folder_and_never_a_package() -> None:
    assert not (ROOT / "operator" / "__init__.py").exists(), "it would hide Python's own `operator`"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_has_at_most_300_lines_and_says_what_it_is_for(module: Path) -> None:
    text = module.read_text()

    assert len(text.splitlines()) <= LONGEST_MODULE
    assert ast.get_docstring(ast.parse(text))


def test_the_layers_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
