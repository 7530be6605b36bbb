"""What the benches read from a route's weights as they were seen."""

from tests.bench.clock import Instant
from tests.bench.instants import moved_after, reached, weights


def at(when: float, name: str, weight: int, namespace: str = "killed") -> Instant:
    """A route with this weight, seen then."""
    backends = [{"weight": 100 - weight}, {"weight": weight}]
    found = {"metadata": {"namespace": namespace, "name": name}, "spec": {"rules": [{"backendRefs": backends}]}}
    return Instant(when, "httproutes", found)


SEEN = [
    at(1.0, "early", 20),
    at(1.5, "late", 20),
    at(2.0, "early", 50),
    at(4.0, "late", 20),
    at(5.0, "late", 50),
    at(6.0, "early", 100),
    at(7.0, "late", 100),
    at(7.0, "other", 50, namespace="elsewhere"),
]


def test_the_next_weight_after_a_start_is_never_one_from_before_it() -> None:
    assert moved_after(SEEN, "killed", 3.0) == {"late": 5.0, "early": 6.0}


def test_a_weight_is_reached_where_it_was_another_one() -> None:
    assert reached(SEEN, "killed", 50) == {"early": 2.0, "late": 5.0}


def test_the_weights_of_a_route_are_told_once_each_in_their_order() -> None:
    assert weights(SEEN, "killed", "late") == [20, 50, 100]
