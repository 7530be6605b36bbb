"""Claims about what a verdict leads to: what is awaited, what a deadline ends, and what is only shown."""

from tests.cluster.api import RELEASES, Object
from tests.integration.examples.claims.registry import claim
from tests.integration.examples.example import Example


def verdict(found: Object, name: str) -> tuple[str, str]:
    """An objective's verdict and mode in the status; empty where it is not told."""
    lines = (found.get("status") or {}).get("objectives") or []
    line = next((each for each in lines if each["name"] == name), {})
    return line.get("verdict", ""), line.get("mode", "")


@claim
def advance_on_pass(example: Example) -> None:
    """Both dwells are over long before a minute is judged, which is when a candidate is shown to be good."""
    first = example.serve()
    example.change()

    steps = example.course(RELEASES, example.name, left_by, [("half", "Pass")])
    assert [step for step, told in steps if step == "half" and told != "Pass"] == []
    example.promoted(after=first)


def left_by(found: Object) -> tuple[str, str]:
    """The step, and what was said of the errors when the status was written."""
    status = found.get("status") or {}
    return (status.get("step") or {}).get("name", ""), verdict(found, "errors")[0]


@claim
def undecided(example: Example) -> None:
    """Whatever is counted, nothing is shown to be good within the first minute, and the deadline is sooner."""
    first = example.serve()
    example.change()

    rolled_back = example.phase("RolledBack")

    assert (rolled_back["reason"], rolled_back["stable"]["revision"]) == ("StepDeadline", first)
    assert "undecided at its deadline: errors: inconclusive." in rolled_back["message"]


@claim
def advise(example: Example) -> None:
    """All of the candidate's requests are slow, the status says so, and it is promoted."""
    first = example.serve()
    example.says(0.0, duration_seconds_bucket=1.0)
    example.change()

    example.course(RELEASES, example.name, lambda found: verdict(found, "slow"), [("Breach", "Advise")])
    example.promoted(after=first)
