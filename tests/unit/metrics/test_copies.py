"""A target that several jobs scrape counts once; targets that only look alike count each."""

import pytest

from tidegate.metrics.copies import Labels, copies, scraped

SERIES = {"service": "shop-web-stable-80", "code": "200", "instance": "10.0.0.1:9100", "job": "b"}
OWN = {"service"}


def left_out(*series: Labels) -> set[tuple[str, ...]]:
    """Who is left out."""
    return {scrape for _, scrape in copies(series, OWN)}


@pytest.mark.parametrize(
    "others",
    [
        {"job": "a"},
        {"job": "a", "endpoint": "metrics", "namespace": "gateways", "pod": "traefik-x"},
        {"job": "a", "container": "traefik"},
    ],
    ids=["by its job alone", "with labels that the other has not", "with labels of the scrape"],
)
def test_of_two_jobs_that_scrape_one_target_the_first_by_name_counts(others: Labels) -> None:
    assert left_out(SERIES, {**SERIES, **others}) == left_out({**SERIES, **others}, SERIES) == {("b", "")}


def test_two_servers_with_the_same_job_scrape_it_twice_as_well() -> None:
    pair = [{**SERIES, "prometheus_replica": f"prometheus-{place}"} for place in (1, 0)]

    assert left_out(*pair) == {("b", "prometheus-1")}


def test_what_the_other_job_alone_has_does_not_count_either() -> None:
    errors = {**SERIES, "code": "500"}

    found = copies([SERIES, errors, {**SERIES, "job": "a"}], OWN)

    assert scraped(errors) in found
    assert scraped({**SERIES, "job": "a"}) not in found


@pytest.mark.parametrize(
    "others",
    [
        {"job": "a", "instance": "10.0.0.2:9100"},
        {"job": "a", "service": "shop-web-candidate-80"},
        {"code": "500"},
        {"endpoint": "/users"},
    ],
    ids=["another instance", "another Service, named by the target", "the same job", "a label of the target"],
)
def test_what_only_looks_alike_counts(others: Labels) -> None:
    assert left_out(SERIES, {**SERIES, **others}) == set()


def test_pods_of_one_node_that_are_told_apart_count_each() -> None:
    node = {**SERIES, "instance": "node-1"}

    assert left_out({**node, "pod": "x"}, {**node, "pod": "y", "job": "a"}) == set()


def test_of_what_names_no_target_nothing_is_known() -> None:
    nameless = {label: value for label, value in SERIES.items() if label != "instance"}

    assert left_out(nameless, {**nameless, "job": "a"}) == set()
