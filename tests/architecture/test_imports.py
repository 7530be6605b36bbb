"""No module needs itself: what two modules know of each other belongs in a third."""

from collections.abc import Iterator

import grimp


def circles(imports: dict[str, set[str]]) -> Iterator[set[str]]:
    """Modules that reach each other by imports, those for types alone among them."""
    reached = {module: reach(module, imports) for module in imports}
    for module in sorted(imports):
        together = {other for other in reached[module] if module in reached[other]}
        if together and module == min(together):
            yield together


def reach(module: str, imports: dict[str, set[str]]) -> set[str]:
    """All that a module imports, and what those import."""
    found: set[str] = set()
    left = set(imports[module])
    while left:
        found |= left
        left = {further for each in left for further in imports[each]} - found

    return found


def test_no_module_imports_another_in_a_circle_also_not_for_a_type() -> None:
    graph = grimp.build_graph("tidegate")
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}

    assert not list(circles(imports))


def test_a_circle_of_imports_is_found() -> None:
    imports = {"observe": {"ports", "world"}, "ports": {"seen"}, "seen": {"observe"}, "world": set[str]()}

    assert list(circles(imports)) == [{"observe", "ports", "seen"}]
