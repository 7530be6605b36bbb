"""The shape of the code holds: sizes, names and folders."""

import ast

from tests.architecture.package import MODULES, PACKAGE, named, nodes, tree

LONGEST_MODULE = 300
LONGEST_FUNCTION = 30
Function = ast.FunctionDef | ast.AsyncFunctionDef
# Each makes one value of many fields.
CONSTRUCTORS = {"_snapshot", "plan_of", "progress_of"}


def test_operator_is_a_folder_and_never_a_package() -> None:
    assert not (PACKAGE.parent / "__init__.py").exists(), "it would hide Python's own `operator`"


def test_a_module_has_at_most_300_lines_and_says_what_it_is_for() -> None:
    lines = {named(module): len(module.read_text().splitlines()) for module in MODULES}

    assert not {name: length for name, length in lines.items() if length > LONGEST_MODULE}
    assert not [named(module) for module in MODULES if not ast.get_docstring(tree(module))]


def test_a_function_has_at_most_30_lines_but_to_make_one_value_of_many_fields() -> None:
    functions = [(module, node) for module in MODULES for node in nodes(module) if isinstance(node, Function)]

    long = [(module, found.name) for module, found in functions if lines_of(found) > LONGEST_FUNCTION]

    assert not [(named(module), name) for module, name in long if name not in CONSTRUCTORS]


def test_a_sentence_is_cut_in_one_way() -> None:
    """By `shortened`, which cuts no word and no number: never by a slice of what is told."""
    elsewhere = [module for module in MODULES if module.name != "sentences.py"]
    cuts = [
        (module, node)
        for module in elsewhere
        for node in nodes(module)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice)
    ]

    assert not [(named(module), ast.unparse(node)) for module, node in cuts if is_told(node.value)]


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
