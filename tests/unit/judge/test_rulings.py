"""Verdicts per objective and together, and what they say."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.judge.combined import Kind, Ruling, limit, parts, together
from tidegate.judge.counts import Block, Counts, PodCounts
from tidegate.judge.error_state import ErrorState
from tidegate.judge.errors import ErrorJudge
from tidegate.judge.latency import LatencyComparison, Tails
from tidegate.judge.onset import Onset, Onsets
from tidegate.judge.plan import Expected
from tidegate.judge.rulings import rule, shown
from tidegate.judge.sentences import NOTHING_KNOWN, Circumstances
from tidegate.judge.share import RequestShare, ShareState, rule_share
from tidegate.judge.slowness import LatencyJudge, LatencyState, rule_latency, slow_shown
from tidegate.judge.verdict import Verdict

COMPARED = ErrorJudge.of()
BOUNDED = ErrorJudge.of(bound=0.01)
Sides = tuple[int, int, int, int]
# Requests and bad ones of the candidate, then of stable, in a block.
HEALTHY: Sides = (150, 1, 1350, 9)
WORSE: Sides = (150, 8, 1350, 9)
OUTAGE: Sides = (150, 15, 1350, 135)
CLEAN: Sides = (150, 0, 1350, 2)
NO_CANDIDATE: Sides = (0, 0, 1500, 10)
NO_STABLE: Sides = (1500, 10, 0, 0)
NO_STABLE_AND_BAD: Sides = (1500, 90, 0, 0)


def seen(judge: ErrorJudge, sides: Sides, looks: int, state: ErrorState | None = None) -> ErrorState:
    state = state or ErrorState()
    for _ in range(looks):
        state = judge.update(state, Block(Counts(*sides[:2]), Counts(*sides[2:])))
    return state


@pytest.mark.parametrize(
    ("judge", "sides", "looks", "verdict"),
    [
        pytest.param(COMPARED, HEALTHY, 0, Verdict.INCONCLUSIVE, id="not looked at"),
        pytest.param(COMPARED, HEALTHY, 2, Verdict.INCONCLUSIVE, id="too little"),
        pytest.param(COMPARED, HEALTHY, 60, Verdict.PASS, id="shown to be no worse"),
        pytest.param(COMPARED, WORSE, 8, Verdict.BREACH, id="worse"),
        pytest.param(COMPARED, OUTAGE, 60, Verdict.PASS, id="an outage of both is no difference"),
        pytest.param(COMPARED, NO_CANDIDATE, 4, Verdict.NO_DATA, id="no requests"),
        pytest.param(COMPARED, NO_STABLE, 4, Verdict.NO_DATA, id="nothing to compare with"),
        pytest.param(COMPARED, NO_CANDIDATE, 3, Verdict.INCONCLUSIVE, id="no request yet"),
        pytest.param(COMPARED, NO_STABLE, 3, Verdict.INCONCLUSIVE, id="nothing to compare with yet"),
        pytest.param(BOUNDED, WORSE, 8, Verdict.BREACH, id="worse, with a bound"),
        pytest.param(BOUNDED, OUTAGE, 8, Verdict.HOLD, id="over the bound like stable"),
        pytest.param(BOUNDED, CLEAN, 8, Verdict.PASS, id="within the bound"),
        pytest.param(BOUNDED, NO_STABLE_AND_BAD, 5, Verdict.HOLD, id="over the bound beside a silent stable"),
        pytest.param(BOUNDED, NO_STABLE, 60, Verdict.PASS, id="within the bound without stable"),
    ],
)
def test_an_objective_is_judged(judge: ErrorJudge, sides: Sides, looks: int, verdict: Verdict) -> None:
    assert rule("errors", judge, seen(judge, sides, looks)).verdict is verdict


def test_a_breach_stays_one_and_a_pass_stays_one() -> None:
    breached = seen(COMPARED, CLEAN, 40, seen(COMPARED, WORSE, 8))
    passed = seen(COMPARED, (150, 2, 1350, 9), 8, seen(COMPARED, HEALTHY, 60))

    assert rule("errors", COMPARED, breached).verdict is Verdict.BREACH
    assert rule("errors", COMPARED, passed).verdict is Verdict.PASS


def test_a_breach_outranks_a_pass() -> None:
    state = seen(COMPARED, (150, 40, 1350, 9), 40, seen(COMPARED, HEALTHY, 60))

    assert state.passed
    assert rule("errors", COMPARED, state).verdict is Verdict.BREACH


def test_over_the_bound_with_stable_within_it_holds_until_the_candidate_is_shown_to_be_to_blame() -> None:
    judge = ErrorJudge.of(bound=0.01, tolerance=4.0, margin=4.0)
    ruling = rule("errors", judge, seen(judge, (150, 6, 1350, 13), 12))

    assert ruling.verdict is Verdict.HOLD
    assert "over the bound of 1 %, but not shown to be worse than stable yet" in ruling.sentence


def test_a_shared_incident_is_called_one() -> None:
    assert "a shared incident, nobody is blamed" in rule("errors", BOUNDED, seen(BOUNDED, OUTAGE, 8)).sentence


@pytest.mark.parametrize("thin", [False, True])
def test_a_shared_incident_that_is_over_is_soon_over_in_the_verdict(thin: bool) -> None:
    judge = ErrorJudge.of(bound=0.01, thin=thin, dispersion=5.0 if thin else 1.0)
    during = seen(judge, OUTAGE, 40, judge.start())
    over = seen(judge, (150, 0, 1350, 4), 12 if thin else 4, during)

    assert rule("errors", judge, during).verdict is Verdict.HOLD
    assert rule("errors", judge, over).verdict is not Verdict.HOLD
    assert not judge.over_bound(over.by_minute.stable_bound)


def test_a_breach_that_was_shown_outlasts_the_evidence_for_it() -> None:
    over = seen(BOUNDED, CLEAN, 400, seen(BOUNDED, WORSE, 8))

    assert BOUNDED.evidence(over) < 1
    assert rule("errors", BOUNDED, over).verdict is Verdict.BREACH


def full(judge: ErrorJudge, sides: Sides, looks: int, before: ErrorState) -> ErrorState:
    """After so many looks at full weight."""
    return seen(judge, sides, looks, judge.at_full_weight(before))


@pytest.mark.parametrize("silent", [4, 40])
def test_in_a_shared_incident_a_stable_without_requests_is_not_blamed_on_the_candidate(silent: int) -> None:
    ruling = rule("errors", BOUNDED, seen(BOUNDED, (150, 15, 0, 0), silent, seen(BOUNDED, OUTAGE, 8)))

    assert ruling.verdict is Verdict.HOLD
    assert "stable is over the bound of 1 % too: a shared incident, nobody is blamed" in ruling.sentence


def test_at_full_weight_the_bound_judges_alone_and_says_of_what() -> None:
    before = seen(BOUNDED, HEALTHY, 4)

    ruling = rule("errors", BOUNDED, full(BOUNDED, NO_STABLE_AND_BAD, 1, before))

    assert ruling.verdict is Verdict.BREACH
    assert "candidate 4 of 600 (0.667 %), stable 36 of 5,400 (0.667 %)" in ruling.sentence
    assert "not compared since full weight: stable has no traffic, candidate 90 of 1,500 (6 %)" in ruling.sentence


def test_at_full_weight_an_incident_that_stable_had_too_when_it_had_traffic_blames_nobody() -> None:
    during = full(BOUNDED, NO_STABLE_AND_BAD, 20, seen(BOUNDED, OUTAGE, 8))

    ruling = rule("errors", BOUNDED, during)
    over = rule("errors", BOUNDED, seen(BOUNDED, (1500, 5, 0, 0), 2, during))

    assert ruling.verdict is Verdict.HOLD
    assert "stable was, when it had traffic, over the bound of 1 % too" in ruling.sentence
    assert over.verdict is not Verdict.HOLD


@pytest.mark.parametrize("at_once", [True, False])
def test_an_incident_that_is_over_is_not_held_against_a_candidate_that_gets_all_the_traffic(at_once: bool) -> None:
    before = seen(BOUNDED, OUTAGE, 40)
    before = before if at_once else seen(BOUNDED, CLEAN, 8, before)

    state = full(BOUNDED, NO_STABLE, 100, before)

    assert rule("errors", BOUNDED, state).verdict is Verdict.PASS


@pytest.mark.parametrize("judge", [COMPARED, BOUNDED])
def test_at_full_weight_stables_probes_are_nobody_to_compare_with(judge: ErrorJudge) -> None:
    before = seen(judge, HEALTHY, 8)

    state = full(judge, (1500, 10, 300, 0), 400, before)

    assert (state.total, state.ratio.bets, state.blame) == (before.total, before.ratio.bets, before.blame)
    assert state.by_minute.interval == before.by_minute.interval
    assert (state.alone, state.breached) == (Counts(600_000, 4000), 0)


def test_at_full_weight_a_pass_stays_and_no_stable_is_no_lack_of_data() -> None:
    passed, unsure = seen(COMPARED, HEALTHY, 60), seen(COMPARED, HEALTHY, 2)

    assert rule("errors", COMPARED, full(COMPARED, NO_STABLE, 9, passed)).verdict is Verdict.PASS
    assert rule("errors", COMPARED, full(COMPARED, NO_STABLE, 9, unsure)).verdict is Verdict.INCONCLUSIVE
    assert rule("errors", COMPARED, full(COMPARED, NO_CANDIDATE, 4, passed)).verdict is Verdict.NO_DATA


def test_one_pod_that_carries_the_excess_holds() -> None:
    state = seen(COMPARED, WORSE, 8)
    pods = [PodCounts("a", Counts(600, 60)), PodCounts("b", Counts(600, 4))]

    ruling = rule("errors", COMPARED, state, pods=pods)

    assert ruling.verdict is Verdict.HOLD
    assert "100% of the excess is pod a's" in ruling.sentence
    assert together([ruling]).verdict is Verdict.HOLD


EVEN = [PodCounts("a", Counts(600, 33)), PodCounts("b", Counts(600, 31))]
ONE_BAD = [PodCounts("a", Counts(3600, 2400)), PodCounts("b", Counts(3600, 50))]


def test_a_breach_that_was_shown_stays_one_though_one_pod_carries_the_excess_later() -> None:
    before = seen(COMPARED, WORSE, 8)
    first = shown(COMPARED, before, Onsets(), EVEN)
    at_first = rule("errors", COMPARED, before, pods=EVEN, first=first)

    after = rule("errors", COMPARED, seen(COMPARED, (150, 60, 1350, 9), 40, before), pods=ONE_BAD, first=first)

    assert (at_first.verdict, after) == (Verdict.BREACH, at_first)
    assert together([after]).verdict is Verdict.BREACH


def test_a_breach_that_one_pod_held_back_is_shown_with_its_limit_at_least() -> None:
    cooled = seen(COMPARED, CLEAN, 400, seen(COMPARED, WORSE, 8))
    assert shown(COMPARED, cooled, Onsets(), ONE_BAD) is None

    ruling = rule("errors", COMPARED, cooled, first=shown(COMPARED, cooled, Onsets(), EVEN))

    assert COMPARED.evidence(cooled) < 1
    assert (ruling.verdict, ruling.evidence) == (Verdict.BREACH, 100)
    assert "evidence 100:1 (limit 100:1)" in ruling.sentence


def test_a_breach_says_all_that_an_on_call_person_asks() -> None:
    pods = [PodCounts("a", Counts(300, 15)), PodCounts("b", Counts(300, 17))]
    around = Circumstances(before=Counts(100_000, 700))

    found = rule("errors", BOUNDED, seen(BOUNDED, (150, 8, 1350, 9), 4), pods=pods, around=around)

    assert found.sentence == (
        "errors: breach. candidate 32 of 600 (5.33 %), stable 36 of 5,400 (0.667 %); "
        "8 times, at least 3.4 and at most 19 times (95 %); tolerated: 1.25 times, and at most 1 %; "
        "evidence more than a million:1 (limit 100:1); "
        "excess on 2 of 2 candidate pods; stable had 0.7 % in the hour before; "
        "a false alarm like this comes in at most 1 % of rollouts."
    )


def test_an_inconclusive_objective_says_how_long_it_takes() -> None:
    around = Circumstances(expected=Expected(rps=4, share=0.01), weight=0.05)

    sentence = rule("errors", COMPARED, seen(COMPARED, (78, 1, 1500, 15), 4), around=around).sentence

    assert "312 requests, 4 bad: not enough to tell; to see 3 times as many (4 requests/s with 1 % bad)" in sentence
    assert "at 5 %" in sentence
    assert "at 10 %" in sentence


@pytest.mark.parametrize(("sides", "looks"), [(HEALTHY, 60), (WORSE, 8), (OUTAGE, 8)], ids=["pass", "breach", "hold"])
def test_whatever_the_verdict_is_its_counts_end_with_the_baselines_pods(sides: Sides, looks: int) -> None:
    alone, beside = (
        rule("errors", BOUNDED, seen(BOUNDED, sides, looks), around=around).sentence
        for around in (NOTHING_KNOWN, Circumstances(baseline=2))
    )

    counts, rest = alone.split("; ", 1)
    assert beside == f"{counts}, against a fresh baseline of 2 pods; {rest}"


@settings(max_examples=15)
@given(st.lists(st.sampled_from([HEALTHY, WORSE, OUTAGE, NO_CANDIDATE, NO_STABLE]), max_size=12), st.integers(0, 12))
def test_a_restart_anywhere_changes_no_bit(blocks: list[Sides], restart: int) -> None:
    state = kept = ErrorState()
    for look, sides in enumerate(blocks):
        if look == 8:
            state, kept = (BOUNDED.at_full_weight(each) for each in (state, kept))
        if look == restart:
            kept = ErrorState.from_floats([float.fromhex(number.hex()) for number in kept.as_floats()])
        state, kept = seen(BOUNDED, sides, 1, state), seen(BOUNDED, sides, 1, kept)

    assert kept == state
    assert [number.hex() for number in kept.as_floats()] == [number.hex() for number in state.as_floats()]


LATENCY = LatencyJudge(boundaries=(0.1, 0.5), comparison=LatencyComparison(boundary_weights=(0.5, 0.5)))


def timed(mine: tuple[int, int], looks: int, requests: int = 150) -> LatencyState:
    state = LATENCY.start()
    for _ in range(looks):
        state = LATENCY.update(state, Tails(requests, mine), Tails(1350, (90, 12)))
    return state


@pytest.mark.parametrize(
    ("mine", "looks", "verdict"),
    [
        pytest.param((10, 1), 1, Verdict.INCONCLUSIVE, id="too little"),
        pytest.param((10, 1), 80, Verdict.PASS, id="as fast"),
        pytest.param((10, 9), 8, Verdict.BREACH, id="a slow tail"),
    ],
)
def test_latency_is_judged(mine: tuple[int, int], looks: int, verdict: Verdict) -> None:
    assert rule_latency("latency", LATENCY, timed(mine, looks)).verdict is verdict


def test_latency_names_the_boundary_that_says_most() -> None:
    sentence = rule_latency("latency", LATENCY, timed((10, 9), 8)).sentence

    assert "over 0.5 s: candidate 72 of 1,200 (6 %), stable 96 of 10,800 (0.889 %)" in sentence


@pytest.mark.parametrize(("mine", "looks"), [((10, 1), 1), ((10, 1), 80), ((10, 9), 8)])
def test_counts_of_slow_requests_end_with_the_baselines_pods_too(mine: tuple[int, int], looks: int) -> None:
    alone, beside = (
        rule_latency("latency", LATENCY, timed(mine, looks), around=around).sentence
        for around in (NOTHING_KNOWN, Circumstances(baseline=1))
    )

    counts, rest = alone.split("; ", 1)
    assert beside == f"{counts}, against a fresh baseline of 1 pod; {rest}"


def test_latency_without_requests_or_without_boundaries_is_no_data() -> None:
    none = LatencyJudge(boundaries=(), comparison=LatencyComparison(boundary_weights=()))

    assert rule_latency("latency", LATENCY, timed((0, 0), 5, requests=0)).verdict is Verdict.NO_DATA
    assert rule_latency("latency", none, none.start()).verdict is Verdict.NO_DATA


@pytest.mark.parametrize(("looks", "verdict"), [(1, Verdict.INCONCLUSIVE), (80, Verdict.PASS)])
def test_at_full_weight_latency_keeps_its_verdict_and_says_so(looks: int, verdict: Verdict) -> None:
    state = timed((10, 1), looks)._replace(full=True)
    for _ in range(100):
        state = LATENCY.update(state, Tails(1500, (1500, 1500)), Tails(300, (0, 0)))

    found = rule_latency("latency", LATENCY, state)

    assert found.verdict is verdict
    assert "not compared since full weight: stable has no traffic" in found.sentence
    for _ in range(4):
        state = LATENCY.update(state, Tails(0, (0, 0)), Tails(0, (0, 0)))
    assert rule_latency("latency", LATENCY, state).verdict is Verdict.NO_DATA
    assert LatencyState.from_floats(state.as_floats()) == state


def test_a_breach_of_latency_that_was_shown_stays_one_though_one_pod_carries_the_excess_later() -> None:
    before, later = timed((10, 9), 8), timed((10, 9), 40)
    first = slow_shown(LATENCY, before, Onset(), EVEN)
    at_first = rule_latency("latency", LATENCY, before, pods=EVEN, first=first)

    after = rule_latency("latency", LATENCY, later, pods=ONE_BAD, first=first)

    assert (at_first.verdict, after) == (Verdict.BREACH, at_first)


def test_a_breach_of_latency_that_has_cooled_weighs_its_limit() -> None:
    state = timed((10, 9), 8)
    for _ in range(400):
        state = LATENCY.update(state, Tails(150, (0, 0)), Tails(1350, (90, 12)))

    ruling = rule_latency("latency", LATENCY, state)

    assert state.slower.value < 1
    assert (ruling.verdict, ruling.evidence) == (Verdict.BREACH, 100)


@pytest.mark.parametrize("looks", [0, 3, 8])
def test_a_restart_changes_no_bit_of_latency(looks: int) -> None:
    state = timed((10, 9), looks)

    assert LatencyState.from_floats(state.as_floats()) == state


def test_a_candidate_that_sheds_load_breaches_and_says_how_much() -> None:
    rules, state = RequestShare(), ShareState()
    for _ in range(8):
        state = state.after(rules, Block(Counts(60), Counts(1440)), 0.1, part=0.1)

    ruling = rule_share("request share", rules, ShareState.from_floats(state.as_floats()), part=0.1)

    assert ruling.verdict is Verdict.BREACH
    assert "served 480 of 1,200 requests that its weight promised; less than 80 %" in ruling.sentence
    at_full_weight = rule_share("request share", rules, state, part=0.1, weight=1.0)
    assert "at this weight there is nothing to miss" in at_full_weight.sentence
    assert rule_share("request share", rules, ShareState(), part=0.1).verdict is Verdict.INCONCLUSIVE


def of_share(mine: int, others: int, looks: int) -> ShareState:
    """After so many blocks at a tenth of the weight."""
    state = ShareState()
    for _ in range(looks):
        state = state.after(RequestShare(), Block(Counts(mine), Counts(others)), 0.1, part=1.0)

    return state


@pytest.mark.parametrize(
    ("mine", "others", "looks", "verdict", "said"),
    [
        pytest.param(2, 18, 1, Verdict.INCONCLUSIVE, "2 of 2 requests that its weight promised; not enough", id="two"),
        pytest.param(20, 180, 1, Verdict.INCONCLUSIVE, "not enough to tell", id="too few to have seen a breach"),
        pytest.param(20, 180, 3, Verdict.PASS, "shown to serve more than half of that", id="its share"),
        pytest.param(10, 190, 40, Verdict.BREACH, "less than 80 % of that is load that it sheds", id="half of it"),
    ],
)
def test_a_share_passes_when_it_is_shown_to_be_served_and_no_sooner(
    mine: int, others: int, looks: int, verdict: Verdict, said: str
) -> None:
    state = of_share(mine, others, looks)

    found = rule_share("share", RequestShare(), state, part=1.0, weight=0.1)

    assert found.verdict is verdict
    assert said in found.sentence
    assert ShareState.from_floats(state.as_floats()) == state


def test_a_share_that_passed_stays_so_until_it_breaches() -> None:
    passed = of_share(20, 180, 8)
    silent = passed.after(RequestShare(), Block(Counts(5), Counts(180)), 0.1, part=1.0)
    shed = silent
    for _ in range(40):
        shed = shed.after(RequestShare(), Block(Counts(2), Counts(180)), 0.1, part=1.0)

    assert rule_share("share", RequestShare(), silent, part=1.0).verdict is Verdict.PASS
    assert rule_share("share", RequestShare(), shed, part=1.0).verdict is Verdict.BREACH


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_where_there_is_nothing_to_miss_a_share_that_was_not_shown_passes(weight: float) -> None:
    found = rule_share("share", RequestShare(), of_share(20, 180, 1), part=1.0, weight=weight)

    assert found.verdict is Verdict.PASS
    assert "at this weight there is nothing to miss" in found.sentence


def ruling(name: str, verdict: Verdict, evidence: float = 0.0, part: float = 0.5) -> Ruling:
    return Ruling(name=name, verdict=verdict, sentence=name, evidence=evidence, part=part)


@pytest.mark.parametrize(
    ("verdicts", "verdict"),
    [
        ((Verdict.PASS, Verdict.PASS), Verdict.PASS),
        ((Verdict.PASS, Verdict.INCONCLUSIVE), Verdict.INCONCLUSIVE),
        ((Verdict.NO_DATA, Verdict.INCONCLUSIVE), Verdict.NO_DATA),
        ((Verdict.NO_DATA, Verdict.HOLD), Verdict.HOLD),
        ((Verdict.BREACH, Verdict.HOLD), Verdict.BREACH),
    ],
)
def test_the_worst_verdict_decides_and_gives_the_sentence(verdicts: tuple[Verdict, ...], verdict: Verdict) -> None:
    found = together([ruling(each.value, each) for each in verdicts])

    assert found.verdict is verdict
    assert found.sentence == verdict.value
    assert found.passed is (verdict is Verdict.PASS)


def test_objectives_breach_together_before_any_does_alone() -> None:
    almost = [ruling("errors", Verdict.INCONCLUSIVE, 120), ruling("latency", Verdict.INCONCLUSIVE, 110)]

    found = together(almost)

    assert max(each.evidence for each in almost) < limit(0.5)
    assert found.verdict is Verdict.BREACH
    assert found.sentence == "together the objectives speak 115:1 against the candidate, most of all errors"
    assert together([replace(each, evidence=1.0) for each in almost], breached=found.breached).verdict is Verdict.BREACH


def test_what_only_advises_is_judged_by_all_of_the_false_alarms_and_never_acts() -> None:
    judge = ErrorJudge.of(part=0.0)
    advice = rule("errors", judge, seen(judge, WORSE, 8))

    assert advice.verdict is Verdict.BREACH
    assert together([advice, ruling("latency", Verdict.PASS)]).verdict is Verdict.PASS


def test_advice_has_no_part_in_what_all_show_together() -> None:
    found = together([ruling("errors", Verdict.PASS), ruling("cpu", Verdict.BREACH, 1e9, part=0.0)])

    assert found.verdict is Verdict.PASS
    assert together([]).verdict is Verdict.PASS


def test_the_false_alarms_are_shared_and_add_up_to_all() -> None:
    shared = parts({"errors": Kind.ERRORS, "latency": Kind.LATENCY, "request share": Kind.REQUEST_SHARE})

    assert sum(shared.values()) == pytest.approx(1)
    assert shared["errors"] > shared["latency"] > shared["request share"]
    assert parts({}) == {}
