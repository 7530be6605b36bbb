"""What has all the traffic is judged by the day before: back it goes in the watch, and is told of after it."""

import re
import time
from collections.abc import Callable

from tests.cluster.api import RELEASES, Api, Object
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator
from tests.integration.manifests import judged, phase_is, promoted_after
from tests.integration.steps import change, deploy, eventually_told, weights

# No bound speaks against a fifth of bad answers.
ERRORS = {"name": "errors", "errorRatio": {"max": "50%"}}
WATCHED = {"steps": [{"name": "all", "weight": 100, "dwell": "0s"}], "promotion": {"watch": "1h"}}


def by_counts(**changes: object) -> Object:
    """The parts of a spec that are judged by what a data plane counts, every second."""
    return judged(**{"objectives": [ERRORS], "minRequests": 0, **changes})


def said_of_errors(found: Object) -> str:
    lines: list[Object] = found["status"].get("objectives") or [{}]
    return str(lines[0].get("sentence", ""))


def says(*words: str) -> Callable[[Object], bool]:
    """True for a Release whose only objective says all that."""
    return lambda found: all(word in said_of_errors(found) for word in words)


def test_a_candidate_that_turns_bad_in_the_watch_goes_back_without_any_traffic_of_stables(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    first = deploy(api, namespace, **by_counts(**WATCHED))
    metrics.says = Answer(value=0.0, stable_per_second=0, yesterday=0.01)
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", phase_is("Watching"))
    assert weights(api, namespace) == [0, 100]

    metrics.says = Answer(value=0.2, stable_per_second=0, yesterday=0.01, since=time.time())
    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

    assert (found["status"]["reason"], found["status"]["stable"]["revision"]) == ("ObjectiveBreached", first)
    assert re.search(
        r"errors: breach\. candidate [\d,]+ of [\d,]+ \([\d.]+ %\), a day before [\d,]+ of [\d,]+ \(1 %\);"
        r" shown by these counts at [\d:]{8} UTC in step all \(100 %\);"
        " compared with the same time a day before, for stable has no traffic",
        found["status"]["message"],
    )


def test_without_counts_of_the_day_before_it_is_said_and_the_bound_alone_judges(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    deploy(api, namespace, **by_counts(**WATCHED))
    metrics.says = Answer(value=0.0, stable_per_second=0)
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", phase_is("Watching"))
    # A fifth of bad answers is within the bound, and there is nothing to compare it with.
    metrics.says = tolerated = Answer(value=0.2, stable_per_second=0, since=time.time())
    while len(tolerated.asked) < 12:
        assert api.get(RELEASES, namespace, "web")["status"]["phase"] == "Watching"

    metrics.says = Answer(value=0.9, stable_per_second=0, since=time.time())
    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"), 60)

    assert "at most 50 %" in found["status"]["message"]
    assert "The bound alone judges, and not the same time a day before" in found["status"]["history"][0]["message"]


def test_a_release_that_was_promoted_and_is_worse_than_the_day_before_is_told_of_once(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    quick = {"steps": [{"name": "first", "weight": 20, "dwell": "0s"}], "promotion": {"watch": "0s"}}
    first = deploy(api, namespace, **by_counts(**quick))
    metrics.says = Answer(value=0.0)
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", promoted_after(first))

    # Both Services' counters: whoever serves now has a fifth of bad answers.
    metrics.says = Answer(value=0.2, stable=0.2, yesterday=0.01, since=time.time())
    found = api.until(RELEASES, namespace, "web", told_worse, 150)

    (line,) = found["status"]["advice"]
    assert (found["status"]["phase"], line["topic"], line["subject"]) == ("Promoted", "WorseThanYesterday", "errors")
    assert re.search(r"errors: [\d,]+ of [\d,]+ \([\d.]+ %\) bad since [\d:]+ UTC, [\d,]+ of", line["sentence"])
    eventually_told(api, namespace, "WorseThanYesterday", line["sentence"])


def told_worse(found: Object) -> bool:
    """True for a Release with advice on the day before."""
    return any(line["topic"] == "WorseThanYesterday" for line in found["status"].get("advice") or [])
