"""Which tests can hold a claim: those that are run, and look at something."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Calls that fail where the world is not as claimed.
LOOKS = frozenset({"until", "gone", "raises", "fail"})
NOT_RUN = frozenset({"skip", "xfail"})
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Test:
    """One test: its file, and why it holds nothing; empty where it may hold a claim."""

    path: Path
    lacking: str


def known_tests(folder: Path) -> dict[str, Test]:
    """Every test under a folder by its name."""
    modules = {path: ast.parse(path.read_text()) for path in sorted(folder.rglob("*.py"))}
    shared = {name: found for module in modules.values() for name, found in _functions(module).items()}
    tests = {path: module for path, module in modules.items() if path.name.startswith("test_")}
    return {name: test for path, module in tests.items() for name, test in _tests_in(path, module, shared)}


def _functions(module: ast.Module) -> dict[str, Function]:
    return {found.name: found for found in module.body if isinstance(found, Function)}


def _tests_in(path: Path, module: ast.Module, shared: dict[str, Function]) -> Iterator[tuple[str, Test]]:
    functions = _functions(module)
    skipped = any(_not_run(found.value) for found in module.body if isinstance(found, ast.Assign) and _marks(found))
    for name, found in functions.items():
        if name.startswith("test_"):
            yield name, Test(path, "is not run" if skipped else why_it_holds_nothing(found, shared | functions))


def why_it_holds_nothing(test: Function, functions: dict[str, Function]) -> str:
    """Why a test holds nothing: it is marked so as not to be run, or neither it nor what it calls looks at anything."""
    if any(map(_not_run, test.decorator_list)):
        return "is not run"

    called = [functions[name] for name in _calls(test) if name in functions]
    return "" if any(map(_looks, (test, *called))) else "asserts nothing"


def _looks(found: ast.AST) -> bool:
    return any(isinstance(node, ast.Assert | ast.Raise) for node in ast.walk(found)) or not LOOKS.isdisjoint(
        _calls(found)
    )


def _calls(found: ast.AST) -> Iterator[str]:
    for node in ast.walk(found):
        if isinstance(node, ast.Call):
            yield str(getattr(node.func, "attr", None) or getattr(node.func, "id", ""))


def _not_run(mark: ast.AST) -> bool:
    """True for `pytest.mark.skip`, called or not, alone or in a list."""
    return any(isinstance(node, ast.Attribute) and node.attr in NOT_RUN for node in ast.walk(mark))


def _marks(found: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in found.targets)
