"""The shape of the code holds: sizes, names and folders."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "operator" / "tidegate"
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST_MODULE = 300
LONGEST_FUNCTION = 30
Function = ast.FunctionDef | ast.AsyncFunctionDef
# Each makes one value of many fields.
CONSTRUCTORS = {"_snapshot", "plan_of", "progress_of"}


def test_operator_is_a_folder_and_never_a_package() -> None:
    assert not (ROOT / "operator" / "__init__.py").exists(), "it would hide Python's own `operator`"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_has_at_most_300_lines_and_says_what_it_is_for(module: Path) -> None:
    assert len(module.read_text().splitlines()) <= LONGEST_MODULE
    assert ast.get_docstring(tree(module))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_function_has_at_most_30_lines_but_to_make_one_value_of_many_fields(module: Path) -> None:
    functions = [node for node in ast.walk(tree(module)) if isinstance(node, Function)]

    long = {function.name: lines for function in functions if (lines := lines_of(function)) > LONGEST_FUNCTION}

    assert not {name: lines for name, lines in long.items() if name not in CONSTRUCTORS}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_sentence_is_cut_in_one_way(module: Path) -> None:
    """By `shortened`, which cuts no word and no number: never by a slice of what is told."""
    slices = [node for node in ast.walk(tree(module)) if isinstance(node, ast.Subscript)]

    cut = [ast.unparse(node) for node in slices if isinstance(node.slice, ast.Slice) and is_told(node.value)]

    assert not cut or module.name == "sentences.py"


def is_told(found: ast.expr) -> bool:
    """True for a sentence as we name it: built in place of words, or those of an error."""
    name = found.attr if isinstance(found, ast.Attribute) else found.id if isinstance(found, ast.Name) else ""
    called = found.func.id if isinstance(found, ast.Call) and isinstance(found.func, ast.Name) else ""
    words = isinstance(found, ast.JoinedStr) and " " in ast.unparse(found)
    return words or name in {"sentence", "told", "said", "why"} or called in {"str", "plain"}


def lines_of(function: Function) -> int:
    """The lines of a body without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


@cache
def tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text())
