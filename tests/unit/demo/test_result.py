"""What the demo complains of, and what it must not complain of."""

import re
from dataclasses import replace
from typing import Any

import pytest

from tests.demo.counts import Served
from tests.demo.hand_back import HandedBack
from tests.demo.load import Load, Request
from tests.demo.result import NO_TRAFFIC, Result, Takeover, VersionResult, account
from tests.demo.shop import VERSIONS
from tests.demo.sizes import Sizes

SERVED = {"v1": 400, "v2": 400, "v3": 40, "v4": 0, "v5": 100}
ERRORS = {"v3": 8}
TAKEN = Takeover(
    sent=110,
    answered=110,
    counted_by_pods=110,
    users={"v2": Served(100), "v3": Served(10, 2)},
    pods={"v2": Served(100), "v3": Served(10, 2)},
    outcomes={"v2": "Promoted", "v3": "RolledBack"},
    sizes={
        "v2": Sizes(seen=(4,), candidate={"first": 2, "most": 3, "full": 4}),
        "v3": Sizes(seen=(4,), candidate={"first": 2}),
    },
    handed_back=HandedBack(size=4, available=4, autoscaler_of="Deployment", autoscaler_sees=4, backends=["till"]),
)
TOTAL = sum(SERVED.values())


def ended(name: str) -> VersionResult:
    """A version that ended as it must."""
    version = next(each for each in VERSIONS if each.name == name)
    return VersionResult(
        version=name,
        outcome=version.outcome,
        reason=version.reason,
        seconds=9.0,
        served=SERVED[name],
        served_by_pods=SERVED[name],
        errors=ERRORS.get(name, 0),
        errors_by_pods=ERRORS.get(name, 0),
    )


GOOD = Result(
    sent=TOTAL, answered=TOTAL, counted_by_pods=TOTAL, versions=[ended(name) for name in SERVED], takeover=TAKEN
)
SIMULATED = Result(
    simulated=True,
    versions=[replace(ended(name), served=0, served_by_pods=0, errors=0, errors_by_pods=0) for name in SERVED][:3],
)


def changed(name: str, **changes: Any) -> Result:
    """A result with one version that is not as it must be."""
    return replace(
        GOOD, versions=[replace(each, **changes) if each.version == name else each for each in GOOD.versions]
    )


def test_a_demo_in_which_all_is_as_it_must_be_has_no_complaint() -> None:
    assert GOOD.complaints() == []


@pytest.mark.parametrize("name", SERVED)
def test_a_version_that_is_missing_is_a_complaint(name: str) -> None:
    found = replace(GOOD, versions=[each for each in GOOD.versions if each.version != name])

    assert found.complaints() == [f"{name} is missing"]


@pytest.mark.parametrize(
    ("found", "complaint"),
    [
        (replace(GOOD, sent=TOTAL + 1), f"{TOTAL + 1} sent ≠ {TOTAL} answered + 0 lost"),
        (changed("v2", outcome="RolledBack"), "v2: RolledBack/Promoted, not Promoted/Promoted"),
        (changed("v2", errors=1, errors_by_pods=1), "v2: users saw 1 errors"),
        (changed("v5", errors=1, errors_by_pods=1), "v5: users saw 1 errors"),
        (
            changed("v3", errors=0, errors_by_pods=0),
            "v3: none of 40 answers is an error: they are not told apart",
        ),
        (changed("v3", errors=7), "v3: users saw 7 errors, its pods gave 8"),
        (changed("v3", served=39), "v3: users had 39 answers, its pods gave 40"),
        (
            changed("v3", served=101, served_by_pods=101),
            "v3 served 101 requests: it was not rolled back at its first step",
        ),
        (changed("v4", served=1, served_by_pods=1), "v4 served 1 requests before it could start"),
        (changed("v1", made_by_gateway=2), "v1: the gateway itself answered 2 times with 5xx"),
        (changed("v5", served=0, served_by_pods=0), "v5 served nothing"),
        (replace(GOOD, takeover=None), "the takeover of a Deployment is missing"),
        (
            replace(GOOD, takeover=replace(TAKEN, sent=111)),
            "takeover: 111 sent ≠ 110 answered + 0 lost",
        ),
        (
            replace(GOOD, takeover=replace(TAKEN, pods={"v2": Served(100), "v3": Served(10, 3)})),
            "takeover: v3: users saw 2 errors, its pods gave 3",
        ),
        (
            replace(GOOD, takeover=replace(TAKEN, outcomes={"v2": "Promoted"})),
            "takeover: {'v2': 'Promoted'}, not {'v2': 'Promoted', 'v3': 'RolledBack'}",
        ),
        (
            replace(GOOD, takeover=replace(TAKEN, sizes={**TAKEN.sizes, "v3": TAKEN.sizes["v2"]})),
            "takeover: v3: the candidate had {'first': 2, 'most': 3, 'full': 4} pods, not {'first': 2}",
        ),
        (
            replace(GOOD, takeover=replace(TAKEN, handed_back=replace(TAKEN.handed_back, left=["deployments"]))),
            "takeover: Tidegate still owns fields of deployments",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_as_it_must_be_is_a_complaint(found: Result, complaint: str) -> None:
    assert found.complaints() == [complaint]


def test_a_rollout_whose_sizes_nobody_saw_is_a_complaint() -> None:
    found = replace(GOOD, takeover=replace(TAKEN, sizes={"v2": TAKEN.sizes["v2"]}))

    assert found.complaints() == [
        "takeover: v3: the autoscaler saw [] pods, where the Release has 4",
        "takeover: v3: the candidate had {} pods, not {'first': 2}",
    ]


def test_below_the_table_stands_what_the_autoscaler_saw_and_what_was_handed_back() -> None:
    lines = GOOD.table().splitlines()[-3:]

    assert [line.split(": ")[0] for line in lines] == ["v2", "v3", "handed back"]


def test_of_simulated_pods_no_traffic_is_asked_and_the_table_says_so() -> None:
    assert SIMULATED.complaints() == []
    assert NO_TRAFFIC in SIMULATED.table()
    assert "served" not in SIMULATED.table().splitlines()[0]


def test_simulated_pods_excuse_no_version_that_ends_otherwise_or_is_missing() -> None:
    first, second, third = SIMULATED.versions

    assert replace(SIMULATED, versions=[first, third]).complaints() == ["v2 is missing"]
    assert replace(SIMULATED, versions=[first, second, replace(third, outcome="Promoted")]).complaints() == [
        "v3: Promoted/ObjectiveBreached, not RolledBack/ObjectiveBreached"
    ]


def test_the_same_result_of_real_pods_is_a_complaint() -> None:
    assert "no request was sent" in replace(SIMULATED, simulated=False).complaints()


def test_errors_of_a_versions_pods_are_compared_with_their_counters_whichever_version_it_is() -> None:
    for name in ("v1", "v2", "v3", "v5"):
        complaints = changed(name, errors_by_pods=ERRORS.get(name, 0) + 1).complaints()

        assert complaints == [
            f"{name}: users saw {ERRORS.get(name, 0)} errors, its pods gave {ERRORS.get(name, 0) + 1}"
        ]


def test_the_tables_errors_of_users_are_those_of_the_pods_and_those_of_the_gateway() -> None:
    """A reader who sees 0 under the users' errors must be able to believe it."""
    head, _, *rows = changed("v5", made_by_gateway=1).table().splitlines()
    columns = re.split(r" {2,}", head.strip())
    cells = dict(zip(columns[4:], re.split(r" {2,}", rows[4].strip())[4:], strict=True))

    assert len(set(columns)) == len(columns)
    assert (cells["its pods' errors"], cells["gateway's own 5xx"], cells["errors users saw"]) == ("0", "1", "1")


def test_each_version_gets_what_users_saw_and_what_its_pods_gave() -> None:
    requests = [Request(1.0, 200, "v1"), Request(11.0, 500, "v3"), Request(12.0, 503, None)]
    load = Load("http://gateway", "shop.example", 50, requests=requests, sent=3)
    versions = [VersionResult(version=name, outcome="", reason="", seconds=1.0) for name in ("v1", "v3")]

    found = account(load, versions, [0.0, 10.0], {"v1": Served(1), "v3": Served(1, 1)})

    assert [(each.users, each.pods) for each in found.versions] == [(Served(1),) * 2, (Served(1, 1),) * 2]
    assert [each.made_by_gateway for each in found.versions] == [0, 1]
    assert found.imbalances() == []
