"""The docs lead to what there is, and every example is told of in them."""

import re
from pathlib import Path

import pytest
import yaml

from tidegate.api import parse_spec

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").glob("*.md")])
EXAMPLES = [found for place in ("*.yaml", "*/Chart.yaml", "chart/*.yaml") for found in (ROOT / "examples").glob(place)]
TEXTS = [
    *PAGES,
    *EXAMPLES,
    *sorted((ROOT / "charts" / "tidegate").rglob("*.*")),
    *sorted((ROOT / "operator").rglob("*.py")),
]
CODE = re.compile(r"`[^`]*`")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_link_leads_to_a_file(page: Path) -> None:
    lost = [link for link in links(page) if not (page.parent / link).exists()]

    assert lost == []


def test_the_readme_opens_with_a_release_of_twelve_lines() -> None:
    """One that is taken as it stands."""
    shown = (ROOT / "README.md").read_text().split("```yaml\n")[1].partition("```")[0]

    assert len(shown.splitlines()) == 12
    assert parse_spec(yaml.safe_load(shown)["spec"]).steps


def test_every_example_is_told_of_in_the_docs() -> None:
    """The examples' own index only lists them."""
    telling = [page for page in PAGES if page.parent.name != "examples"]
    linked = {(page.parent / link).resolve() for page in telling for link in links(page)}

    assert set(EXAMPLES) - linked == set()


@pytest.mark.parametrize("page", TEXTS, ids=lambda page: str(page.relative_to(ROOT)))
def test_an_ask_may_be_asked_twice(page: Path) -> None:
    """kubectl refuses to set an annotation again without the flag, and every ask is the same annotation."""
    asks = [line for line in page.read_text().splitlines() if "kubectl annotate" in line]

    assert not [line for line in asks if "--overwrite" not in line]


@pytest.mark.parametrize("page", TEXTS, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_log_is_read_of_every_replica(page: Path) -> None:
    """Of a Deployment kubectl reads one pod, and the leader may be another. A candidate's logs are another matter."""
    lines = [line for line in page.read_text().splitlines() if "kubectl logs" in line]
    reads = [line for line in lines if "candidate's pods" not in line]

    assert not [line for line in reads if "-l app.kubernetes.io/name=tidegate" not in line or "--prefix" not in line]


def links(page: Path) -> list[str]:
    """The files that a page leads to."""
    return LINK.findall(CODE.sub("", page.read_text()))
