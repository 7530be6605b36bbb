"""The docs lead to what there is, and every example is told of in them."""

import re
from pathlib import Path

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


def test_a_link_leads_to_a_file() -> None:
    led = [(page, link) for page in PAGES for link in links(page)]

    assert [(str(page), link) for page, link in led if not (page.parent / link).exists()] == []


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


def test_an_ask_may_be_asked_twice() -> None:
    """kubectl refuses to set an annotation again without the flag, and every ask is the same annotation."""
    asks = lines_with("kubectl annotate")

    assert not [(page, line) for page, line in asks if "--overwrite" not in line]


def test_a_log_is_read_of_every_replica() -> None:
    """Of a Deployment kubectl reads one pod, and the leader may be another. A candidate's logs are another matter."""
    reads = [(page, line) for page, line in lines_with("kubectl logs") if "candidate's pods" not in line]

    assert not [found for found in reads if "-l app.kubernetes.io/name=tidegate" not in found[1]]
    assert not [found for found in reads if "--prefix" not in found[1]]


def lines_with(words: str) -> list[tuple[str, str]]:
    """Every line with these words, and the page that it is on."""
    return [
        (str(page.relative_to(ROOT)), line) for page in TEXTS for line in page.read_text().splitlines() if words in line
    ]


def links(page: Path) -> list[str]:
    """The files that a page leads to."""
    return LINK.findall(CODE.sub("", page.read_text()))
