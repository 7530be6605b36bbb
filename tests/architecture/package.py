"""The operator's modules as they are written, each parsed once for all tests of this folder."""

import ast
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "operator" / "tidegate"
MODULES = sorted(PACKAGE.rglob("*.py"))


def named(module: Path) -> str:
    """A module as a failure tells it."""
    return str(module.relative_to(PACKAGE))


@cache
def tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text())


@cache
def nodes(module: Path) -> tuple[ast.AST, ...]:
    """All that a module is made of."""
    return tuple(ast.walk(tree(module)))
