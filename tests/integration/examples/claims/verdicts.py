"""Claims about what a verdict leads to: what is awaited, what a deadline ends, and what is only shown."""

from tests.cluster.api import JOBS, RELEASES, Object
from tests.integration.advice import crash, pods_of, topics
from tests.integration.examples.claims.registry import claim
from tests.integration.examples.example import LATEST, Example


def verdict(found: Object, name: str) -> tuple[str, str]:
    """An objective's verdict and mode in the status; empty where it is not told."""
    lines = (found.get("status") or {}).get("objectives") or []
    line: Object = next((each for each in lines if each["name"] == name), {})
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
def advice(example: Example) -> None:
    """A container restarts, the queue is long, the status says both, and a person promotes it all the same."""
    first = example.serve()
    example.says(500.0, requests_total=0.0).past = [10.0 + minute % 7 for minute in range(1440)]
    example.change()
    candidate = example.phase("Paused")["candidate"]["revision"]
    crash(example.api, example.namespace, pods_of(example.api, example.namespace, candidate)[0])

    example.until(lambda found: {"Restarts", "Unusual"} <= topics(found).keys())
    example.ask(promote=f"{candidate}/half/1")
    example.promoted(after=first)


@claim
def advise(example: Example) -> None:
    """All of the candidate's requests are slow, the status says so, and it is promoted."""
    first = example.serve()
    example.says(0.0, duration_seconds_bucket=1.0)
    example.change()

    example.course(RELEASES, example.name, lambda found: verdict(found, "slow"), [("Breach", "Advise")])
    example.promoted(after=first)


@claim
def job(example: Example) -> None:
    """Each step begins with a Job of each kind, and the smoke test is repeated."""
    first = example.serve()
    example.change()
    example.at("first")
    # However long a Job takes on a busy machine: no step is left before the smoke test came again.
    example.ask(suspend="Advance")
    again = example.api.changes(JOBS, example.namespace, LATEST)
    next(each for each in again if repeated(example.api.all(JOBS, example.namespace)))
    example.ask(suspend="None")
    example.promoted(after=first)

    jobs = example.api.all(JOBS, example.namespace)
    loads, smokes = (sorted(steps_of(jobs, name)) for name in ("load", "smoke"))
    assert loads == ["first", "full", "half"]
    assert set(smokes) == {"first", "half", "full"}
    assert repeated(jobs)
    (container,) = jobs[0]["spec"]["template"]["spec"]["containers"]
    assert container["args"][0].startswith("http://$(TIDEGATE_CANDIDATE_HOST)")
    assert {"name": "TIDEGATE_RELEASE", "value": "parcels"} in container["env"]
    assert verdict(example.get(RELEASES, "parcels"), "load") in {("", ""), ("Pass", "Advise")}


def repeated(jobs: list[Object]) -> bool:
    """True once a step has had the smoke test twice."""
    smokes = steps_of(jobs, "smoke")
    return len(smokes) > len(set(smokes))


def steps_of(jobs: list[Object], objective: str) -> list[str]:
    """The step of each Job of an objective."""
    found = (job["metadata"] for job in jobs)
    return [
        each["annotations"]["tidegate.dev/step"]
        for each in found
        if each["labels"]["tidegate.dev/objective"] == objective
    ]
