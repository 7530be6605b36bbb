"""What a metric source is asked for a query: every variable as the rollout is just then."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from urllib.parse import parse_qs

from tests.cluster.api import RELEASES, Api, Object
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator
from tests.cluster.processes import within
from tests.integration.manifests import judged, phase_is
from tests.integration.steps import change, deploy
from tidegate.api.query_variables import KNOWN

STEPS = [{"name": f"at-{weight}", "weight": weight, "pause": "UntilPromoted"} for weight in (20, 50)]
EVERY = {"name": "every", "query": {"promql": " ".join(f"{name}=<${name}>" for name in KNOWN), "max": "1"}}


def test_a_query_is_asked_with_what_the_rollout_is_at_each_step(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    deploy(api, namespace, **judged(objectives=[EVERY], steps=STEPS))
    change(api, namespace, "2")

    at_20 = api.until(RELEASES, namespace, "web", paused_at(20))
    assert_asked(metrics, namespace, at_20)

    second = at_20["status"]["candidate"]["revision"]
    api.ask(namespace, "web", promote=f"{second}/at-20/1")
    assert_asked(metrics, namespace, api.until(RELEASES, namespace, "web", paused_at(50)))


def paused_at(weight: int) -> Callable[[Object], bool]:
    return lambda found: phase_is("Paused")(found) and found["status"]["step"]["confirmedWeight"] == weight


def assert_asked(metrics: MetricServer, namespace: str, found: Object) -> None:
    """The next question is the query, word by word, of this Release as its status shows it."""
    metrics.says = Answer(value=0.0)
    assert within(20, lambda: any(questions(metrics)))
    words, heard_at = next(questions(metrics))

    status = found["status"]
    stable, candidate = status["stable"]["revision"], status["candidate"]["revision"]
    seconds = int(re.findall(r"window_seconds=<(\d+)>", words)[0])
    since = heard_at - datetime.fromisoformat(status["rollout"]["weightedAt"]).timestamp()
    # It was on its way for a while.
    assert min(since, 60) - 3 < seconds <= min(since, 60), "from the first weight on, in whole seconds"
    filled = {
        "namespace": namespace,
        "release": "web",
        "stable_pods": f"web-{stable}-[a-z0-9]{{5}}",
        "candidate_pods": f"web-{candidate}-[a-z0-9]{{5}}",
        "stable_revision": stable,
        "candidate_revision": candidate,
        "weight": str(status["step"]["confirmedWeight"]),
        "window": "1m" if seconds == 60 else f"{seconds}s",
        "window_seconds": str(seconds),
    }
    assert words == " ".join(f"{name}=<{filled[name]}>" for name in KNOWN)


def questions(metrics: MetricServer) -> Iterator[tuple[str, float]]:
    """The words of every question for the query, and when it was heard."""
    for heard_at, body in metrics.says.asked:
        (words,) = parse_qs(body)["query"]
        if words.startswith("namespace=<"):
            yield words, heard_at
