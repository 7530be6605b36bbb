"""The docs lead to what there is, and every example is told of in them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").glob("*.md")])
EXAMPLES = [found for place in ("*.yaml", "*/Chart.yaml", "chart/*.yaml") for found in (ROOT / "examples").glob(place)]
CODE = re.compile(r"`[^`]*`")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_link_leads_to_a_file(page: Path) -> None:
    lost = [link for link in links(page) if not (page.parent / link).exists()]

    assert lost == []


def test_every_example_is_told_of_in_the_docs() -> None:
    """The examples' own index only lists them."""
    telling = [page for page in PAGES if page.parent.name != "examples"]
    linked = {(page.parent / link).resolve() for page in telling for link in links(page)}

    assert set(EXAMPLES) - linked == set()


def links(page: Path) -> list[str]:
    """The files that a page leads to."""
    return LINK.findall(CODE.sub("", page.read_text()))
