"""Which tests can hold a claim: those that are run, and look at something."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

# Calls that fail where the world is not as claimed.
LOOKS = frozenset({"until", "gone", "raises", "fail"})
NOT_RUN = frozenset({"skip", "xfail"})
LEAVES = frozenset(f"pytest.{name}" for name in NOT_RUN)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Test:
    """One test: its file and name, and why it holds nothing; empty where it may hold a claim."""

    path: Path
    name: str
    lacking: str


def known_tests(folder: Path) -> list[Test]:
    """Every test under a folder. Several may have one name, each in a file of its own."""
    modules = {path: ast.parse(path.read_text()) for path in sorted(folder.rglob("*.py"))}
    shared = {name: found for module in modules.values() for name, found in _functions(module).items()}
    tests = {path: module for path, module in modules.items() if path.name.startswith("test_")}
    return [test for path, module in tests.items() for test in _tests_in(path, module, shared)]


def named(told: str, known: Iterable[Test]) -> Test:
    """The test of a name, or of the end of its file's path and a name: `asks/test_undo.py::test_…`.

    Raises LookupError where there is none, where several have that name, and where it holds nothing.
    """
    place, _, name = told.rpartition("::")
    found = [test for test in known if test.name == name and f"/{test.path}".endswith(f"/{place}" if place else "")]
    if not found:
        raise LookupError(f"the test {told} is not there")

    if len(found) > 1:
        paths = ", ".join(str(test.path) for test in found)
        raise LookupError(f"the test {told} is in {paths}: name the one that is meant as <file>::{name}")

    if found[0].lacking:
        raise LookupError(f"the test {told} {found[0].lacking}")

    return found[0]


def _functions(module: ast.Module) -> dict[str, Function]:
    return {found.name: found for found in module.body if isinstance(found, Function)}


def _tests_in(path: Path, module: ast.Module, shared: dict[str, Function]) -> Iterator[Test]:
    functions, marks = _functions(module), _marks_against(module)
    skipped = "pytestmark" in marks or _leaves(module.body)
    for name, found in functions.items():
        if name.startswith("test_"):
            lacking = why_it_holds_nothing(found, shared | functions, marks)
            yield Test(path, name, "is not run" if skipped else lacking)


def why_it_holds_nothing(test: Function, functions: dict[str, Function], marks: frozenset[str]) -> str:
    """Why a test holds nothing: it is never run to its end, or neither it nor what it calls looks at anything."""
    if any(_not_run(mark, marks) for mark in test.decorator_list) or _leaves(test.body):
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
            yield _called(node)


def _called(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", None) or getattr(call.func, "id", ""))


def _marks_against(module: ast.Module) -> frozenset[str]:
    """The names that a module gives to marks by which a test is not run: `pytestmark` is every test's."""
    given: set[str] = set()
    for found in module.body:
        if isinstance(found, ast.Assign | ast.AnnAssign) and found.value and _not_run(found.value, frozenset(given)):
            targets = found.targets if isinstance(found, ast.Assign) else [found.target]
            given |= {target.id for target in targets if isinstance(target, ast.Name)}

    return frozenset(given)


def _not_run(mark: ast.AST, marks: frozenset[str]) -> bool:
    """True for `pytest.mark.skip`, called or not, alone or in a list, or by a name that the module gave it."""
    return any(
        (isinstance(node, ast.Attribute) and node.attr in NOT_RUN)
        or (isinstance(node, ast.Name) and node.id in marks)
        or _always_skipped(node)
        for node in ast.walk(mark)
    )


def _always_skipped(node: ast.AST) -> bool:
    """True for `skipif` with a condition that is true whatever is."""
    if not isinstance(node, ast.Call) or _called(node) != "skipif":
        return False

    condition = next(iter(node.args), None)
    return isinstance(condition, ast.Constant) and bool(condition.value)


def _leaves(body: list[ast.stmt]) -> bool:
    """True where `pytest.skip` or `pytest.xfail` is called, and on no condition."""
    calls = (found.value.func for found in body if isinstance(found, ast.Expr) and isinstance(found.value, ast.Call))
    return any(ast.unparse(call) in LEAVES for call in calls)
