"""An objective's counts, block by block: what the judge is told, and when a step has seen enough."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.api import AdvanceOn, DataPlane, number, parse_spec
from tidegate.api.objectives import Objective
from tidegate.decision.progress import Progress
from tidegate.judge.counts import Counts
from tidegate.judge.error_state import ErrorState
from tidegate.judge.verdict import Bound, Line, Verdict
from tidegate.metrics.backend import Backend
from tidegate.metrics.raw_counts import CLIENT_ERRORS, ERRORS, QUICK, REQUESTS, UNKNOWN, Shape
from tidegate.metrics.samples import Counter, Sample, Series, Side
from tidegate.reconcile.judging.counted import JudgedObjective, judge_counts, shown_together
from tidegate.reconcile.judging.counting import Counting, milliseconds
from tidegate.reconcile.judging.groups import Due
from tidegate.reconcile.judging.rounds import both_sides, chunks, last_end, stable_sides
from tidegate.reconcile.judging.rules import Wanted
from tidegate.reconcile.judging.tally import BadRequests
from tidegate.reconcile.judging.track import Track, Tracks
from tidegate.watch import Key

CELL = timedelta(seconds=15)
# Seven seconds after a cell began.
WEIGHTED = datetime(2026, 1, 1, 12, 0, 7, tzinfo=UTC)
START = milliseconds(datetime(2026, 1, 1, 12, tzinfo=UTC))
CANDIDATE = Backend(namespace="shop", release="web", revision="bcdfghjklm", service="web-candidate", port=80)
STABLE = replace(CANDIDATE, revision="nnnnnkkkkk", service="web-stable", side=Side.STABLE)
ERROR_RATIO = Objective.model_validate({"name": "errors", "errorRatio": {"max": "1%"}})
WANTED = Wanted(part=1.0, bound=0.01, every=4, weight=25)
BOUND = Bound(greatest=number("1%"))
SPEC = parse_spec(
    {
        "template": {"spec": {}},
        "service": {"port": 80},
        "traffic": {"gateway": {"parentRefs": [{"name": "public"}]}},
        "steps": [{"name": "first", "weight": 5}],
        "minRequests": 20,
    }
)


def track(plane: DataPlane = DataPlane.TRAEFIK, over: timedelta | None = None) -> Track:
    counting = Counting(
        shape=Shape(plane, over), candidate=CANDIDATE, stable=STABLE, before=STABLE, weighted_at=WEIGHTED, cell=CELL
    )
    return Track(counting=counting, tally=BadRequests(counting.shape, WANTED))


def bad(found: Track) -> BadRequests:
    """What the judge makes of a track's bad requests."""
    assert isinstance(found.tally, BadRequests)
    return found.tally


def series(side: Side, part: str, values: Sequence[float], pod: str = "gateway") -> Series:
    """A counter that is scraped a second before the end of each cell, from its first request on."""
    counter = Counter(side=side, pod=pod, part=part, new=pod != "gateway" and side is Side.CANDIDATE)
    return Series(counter, tuple(Sample(start(place - 1) - 1000, value) for place, value in enumerate(values) if value))


def start(cell: int) -> int:
    """When a cell begins, in milliseconds since 1970; cell 0 is that of the first weight."""
    return START + cell * 15_000


def at(cell: float) -> datetime:
    return datetime.fromtimestamp(START / 1000 + cell * 15, UTC)


def served(cells: int, failed: int = 0) -> list[Series]:
    """Both sides at a steady rate, the candidate with so many errors in each cell."""
    steps = range(cells + 2)
    return [
        series(Side.STABLE, REQUESTS, [1000 + 200 * step for step in steps]),
        series(Side.CANDIDATE, REQUESTS, [max(0, 10 * (step - 1)) for step in steps]),
        series(Side.CANDIDATE, ERRORS, [max(0, failed * (step - 1)) for step in steps]),
    ]


def judged(found: Track, *, cell: int, settled: float | None = 0.0, entered: float = 0.0, **spec: object) -> Line:
    progress = Progress(
        settled_at=at(settled) if settled is not None else None, entered_at=at(entered), desired_weight=5
    )
    tracks = Tracks(("bcdfghjklm", "", "", ""), {"errors": found})
    return judge_counts(ERROR_RATIO, BOUND, tracks, progress, SPEC.model_copy(update=spec)).line


def caught_up(found: Track, series: list[Series], cell: int) -> Track:
    found.take(series, until=start(cell))
    found.caught_up = True
    return found


def test_all_releases_share_the_ends_of_cells_and_nothing_that_is_served_goes_uncounted() -> None:
    assert track().counting.start == START


def test_both_sides_are_counted_over_the_same_cells() -> None:
    found = caught_up(track(), served(4, failed=1), 4)

    assert bad(found).state.looks == 4
    assert bad(found).state.total.candidate == Counts(40, 4)
    assert bad(found).state.total.stable == Counts(800, 0)


def test_from_full_weight_on_nothing_more_of_the_stake_enters_and_nothing_is_compared() -> None:
    """The comparison with the day before bets the rest, from the very block on that begins then."""
    with_all, without = track(), track()
    without.at_full_weight(start(8))

    def after(found: Track, cells: int) -> ErrorState:
        return bad(caught_up(found, served(cells, failed=1), cells)).state

    last = after(without, 8)
    assert after(with_all, 8) == last
    later, frozen = after(with_all, 24), after(without, 24)
    assert (later.ratio.reserve > 0, frozen.ratio.reserve) == (True, 0.0)
    assert (frozen.ratio.bets, frozen.blame, frozen.total) == (last.ratio.bets, last.blame, last.total)
    assert frozen.total.candidate + frozen.alone == later.total.candidate


@pytest.mark.parametrize("plane", [DataPlane.APPLICATION, DataPlane.OPEN_TELEMETRY])
def test_at_full_weight_what_stables_pods_count_of_probes_speaks_against_no_candidate(plane: DataPlane) -> None:
    """Of a candidate like stable half a hundredth is bad; from then on stable answers nothing but probes."""
    found = track(plane)
    found.at_full_weight(start(20))
    counts: dict[tuple[Side, str], list[float]] = {
        (Side.STABLE, REQUESTS): [5000 * min(step, 21) + 300 * step for step in range(250)],
        (Side.STABLE, ERRORS): [25 * min(step, 21) for step in range(250)],
        (Side.STABLE, CLIENT_ERRORS): [50 * min(step, 21) for step in range(250)],
        (Side.CANDIDATE, REQUESTS): [5300 * step for step in range(250)],
        (Side.CANDIDATE, ERRORS): [25 * step for step in range(250)],
        (Side.CANDIDATE, CLIENT_ERRORS): [50 * step for step in range(250)],
    }
    pods = [series(side, part, values, pod=side.value) for (side, part), values in counts.items()]

    line = judged(caught_up(found, pods, 240), cell=240, settled=21)

    assert bad(found).state.full
    assert (line.verdict, line.passed, found.tally.advice) == (Verdict.PASS, True, None)
    assert line.value == pytest.approx(25 / 5300, rel=0.01)


def test_a_gateway_whose_only_pod_is_replaced_at_full_weight_is_counted_on() -> None:
    """The new process never had a request for stable, and so has no series of it."""
    found = track()
    found.at_full_weight(start(20))
    steps = range(90)
    old = [each for each in served(90) if each.counter.side is Side.STABLE]
    old.append(series(Side.CANDIDATE, REQUESTS, [max(0, 100 * (step - 1)) for step in steps]))
    old = [replace(each, samples=tuple(s for s in each.samples if s.at < start(30))) for each in old]
    new = series(Side.CANDIDATE, REQUESTS, [max(0, 100 * (step - 31)) for step in steps], pod="another")
    counter = replace(new.counter, new=False)

    line = judged(caught_up(found, [*old, replace(new, counter=counter)], 80), cell=80, settled=40)

    assert (line.verdict, line.passed) == (Verdict.PASS, True)


def at_full_weight_to(ends: Iterable[int]) -> Track:
    """What is counted up to each of these cells in turn, at full weight from the twelfth on."""
    found, series = track(), served(40, 1)
    for end in ends:
        if end > 12:
            found.at_full_weight(start(12))
        found.take(series, until=start(end))

    return found


@cache
def at_full_weight_at_once() -> Track:
    """It is the same for all examples."""
    return at_full_weight_to([40])


@given(st.sets(st.integers(min_value=-7, max_value=40), max_size=8))
def test_at_full_weight_too_a_replay_gives_the_same_to_the_last_bit(ends: set[int]) -> None:
    live, again = at_full_weight_to(sorted({*ends, 40})), at_full_weight_at_once()

    assert bad(live).state.full
    assert bad(live).state.as_floats() == bad(again).state.as_floats()


def test_4xx_are_told_since_the_end_of_the_cell_that_shows_them_and_are_no_errors() -> None:
    refused = series(Side.CANDIDATE, CLIENT_ERRORS, [max(0, 5 * (step - 1)) for step in range(22)])

    found = caught_up(track(), [*served(20), refused], 20)

    told = found.tally.advice
    assert told is not None
    assert "candidate 100 of 200 (50 %), stable 0 of 4,000 (0 %)" in told.sentence
    assert at(1) < told.since < at(20)
    assert bad(found).state.total.candidate == Counts(200, 0)


def test_slow_requests_are_those_beyond_the_boundary() -> None:
    steps = range(4)
    found = track(over=timedelta(milliseconds=500))
    found.take(
        [
            series(side, part, [rate * step for step in steps])
            for side in Side
            for part, rate in ((REQUESTS, 10), (QUICK, 7))
        ],
        until=start(2),
    )

    assert bad(found).state.total.stable == Counts(20, 6)


def counted_to(ends: Iterable[int], errors: int) -> Track:
    """What is counted up to each of these cells in turn."""
    found, series = track(), served(40, errors)
    for end in ends:
        found.take(series, until=start(end))

    return found


@cache
def counted_at_once(errors: int) -> Track:
    """It is the same for all examples of as many errors."""
    return counted_to([40], errors)


@given(st.sets(st.integers(min_value=-7, max_value=40), max_size=8), st.integers(min_value=0, max_value=3))
def test_counted_in_one_piece_or_in_many_the_evidence_is_the_same_to_the_last_bit(ends: set[int], errors: int) -> None:
    live, again = counted_to(sorted({*ends, 40}), errors), counted_at_once(errors)

    assert bad(live).state.as_floats() == bad(again).state.as_floats()
    assert bad(live).state == bad(again).state


def test_nothing_advances_before_all_is_counted_again() -> None:
    found = track()
    found.take(served(40), until=start(40))

    line = judged(found, cell=40)

    assert (line.verdict, line.passed, line.undecided) == (Verdict.INCONCLUSIVE, False, False)
    assert "not counted up to now yet" in line.sentence
    assert not line.heard


def test_what_failed_is_heard_of_though_it_is_not_counted() -> None:
    found = track()
    found.take(served(40), until=start(40))
    found.failed = "the source is away"

    assert judged(found, cell=40).heard


@pytest.mark.parametrize(("settled", "passes"), [(None, False), (0.0, True), (1.5, False), (0.5, False)])
def test_a_step_is_left_when_enough_was_seen_in_whole_blocks_since_it_settled(
    settled: float | None, passes: bool
) -> None:
    found = caught_up(track(), served(2), 2)

    assert judged(found, cell=2, settled=settled).passed is passes


def test_an_earlier_steps_requests_are_not_this_ones() -> None:
    found = caught_up(track(), served(10), 10)

    assert judged(found, cell=10, settled=7.5).passed
    assert not judged(found, cell=10, settled=8.5).passed


def test_where_a_pass_is_awaited_no_breach_is_not_enough() -> None:
    found = caught_up(track(), served(4), 4)

    line = judged(found, cell=4, advance_on=AdvanceOn.PASS)

    assert (line.verdict, line.passed, line.undecided) == (Verdict.INCONCLUSIVE, False, True)
    assert judged(found, cell=4).passed


@pytest.mark.parametrize(("errors", "passes"), [(0, True), (1, False)])
def test_a_step_is_not_left_while_the_candidates_own_share_at_it_is_over_the_bound(errors: int, passes: bool) -> None:
    found = caught_up(track(), [*served(4), *few_errors(errors)], 4)

    line = judged(found, cell=4)

    assert (line.verdict, line.over, line.passed) == (Verdict.INCONCLUSIVE, not passes, passes)
    stays = "The weight stays while 1 of 40 of its requests at this step (2.5 %) are bad: at most 1 % may be."
    assert (stays in line.sentence) is line.over
    assert judged(found, cell=4, settled=1.5).passed, "an earlier step's error holds no later one"


def test_a_share_that_is_over_the_bound_by_little_is_not_said_to_be_as_large() -> None:
    busy = series(Side.CANDIDATE, REQUESTS, [max(0, 25_000 * (step - 1)) for step in range(6)])
    failed = series(Side.CANDIDATE, ERRORS, [0, 0, 1001, 1001, 1001, 1001])
    found = caught_up(track(), [served(4)[0], busy, failed], 4)

    stays = "1,001 of 100,000 of its requests at this step (more than 1 %) are bad: at most 1 % may be."
    assert stays in judged(found, cell=4).sentence


@pytest.mark.parametrize("advance_on", AdvanceOn)
def test_over_its_bound_a_step_waits_for_a_verdict_only_where_one_is_awaited(advance_on: AdvanceOn) -> None:
    found = caught_up(track(), [*served(4), *few_errors(1)], 4)

    line = judged(found, cell=4, advance_on=advance_on)

    assert (line.passed, line.undecided) == (False, advance_on is AdvanceOn.PASS)


def few_errors(count: int) -> list[Series]:
    """So many errors of the candidate's in the first cell after the first weight, and none later."""
    return [series(Side.CANDIDATE, ERRORS, [0, 0, *[count] * 6])] if count else []


def test_a_breach_is_told_in_counts() -> None:
    found = caught_up(track(), served(20, failed=3), 20)

    line = judged(found, cell=20)

    assert line.verdict is Verdict.BREACH
    assert "errors: breach. candidate 9 of 30 (30 %), stable 0 of 600" in line.sentence


def test_a_breach_keeps_the_numbers_that_it_was_shown_with() -> None:
    """A candidate that is well again, while somebody looks at it, says nothing against what was shown."""
    found = caught_up(track(), served(20, failed=3), 3)
    shown = judged(found, cell=3).sentence
    errors = series(Side.CANDIDATE, ERRORS, [3 * min(step, 4) for step in range(202)])
    caught_up(found, [*served(200), errors], 200)

    assert bad(found).state.total.candidate.bad > 9
    assert judged(found, cell=200).sentence == shown


def test_a_fault_that_begins_late_is_told_in_the_counts_since_it_began() -> None:
    """The good hour before it hides it: of all requests the candidate's are hardly worse."""
    served_each = [100 * step for step in range(362)]
    mine, others = ([step + 4 * max(0, step - 241) for step in range(362)], [9 * step for step in range(362)])
    counts = {(Side.CANDIDATE, ERRORS): mine, (Side.STABLE, ERRORS): others}
    requests = [series(Side.CANDIDATE, REQUESTS, served_each)]
    requests.append(series(Side.STABLE, REQUESTS, [9 * count for count in served_each]))
    found = track()
    found.tally = BadRequests(found.counting.shape, replace(WANTED, bound=None))
    failed = [series(side, part, values) for (side, part), values in counts.items()]

    line = judged(caught_up(found, [*requests, *failed], 360), cell=360)

    began = f"{datetime.fromtimestamp(start(240) / 1000, UTC):%H:%M:%S} UTC"
    assert line.verdict is Verdict.BREACH
    assert line.sentence.startswith(f"errors: breach. since {began} candidate 130 of 2,600 (5 %), stable 234 of 23,400")
    assert "; 5 times; tolerated: 1.25 times; " in line.sentence
    assert "95 %" not in line.sentence


@pytest.mark.parametrize("side", Side)
def test_nothing_passes_once_requests_of_a_side_told_no_status(side: Side) -> None:
    """Also when no more of them come: what was counted holds them."""
    unknown = series(side, f'{UNKNOWN}status="error"', [5, 5, 5, 10, *[20] * 300])

    line = judged(caught_up(track(DataPlane.APPLICATION), [*served(240), unknown], 240), cell=240)

    assert (line.verdict, line.passed) == (Verdict.UNAVAILABLE, False)
    assert line.sentence.startswith('errors: status="error" of http_requests_total is no status of HTTP')


def test_what_is_shown_by_the_requests_that_tell_a_status_is_a_breach_all_the_same() -> None:
    unknown = series(Side.CANDIDATE, f'{UNKNOWN}status="error"', [5, 10, *[20] * 30])

    line = judged(caught_up(track(DataPlane.APPLICATION), [*served(20, failed=3), unknown], 20), cell=20)

    assert line.verdict is Verdict.BREACH


@pytest.mark.parametrize("ends", [[20], range(1, 21)], ids=["in one piece", "cell by cell"])
@pytest.mark.parametrize(
    ("entered", "where"), [(0.0, "in step first (5 %)"), (4.0, "before step first (5 %)")], ids=["in it", "before it"]
)
def test_a_breach_is_told_since_when_and_at_which_step(ends: Sequence[int], entered: float, where: str) -> None:
    found = track()
    for end in ends:
        caught_up(found, served(20, failed=3), end)

    line = judged(found, cell=20, entered=entered)

    # So few requests show it with the third block.
    assert f"(30 %), stable 0 of 600 (0 %); shown by these counts at 12:00:45 UTC {where}; tolerated" in line.sentence


def test_no_other_verdict_is_told_since_when() -> None:
    assert "shown at" not in judged(caught_up(track(), served(20), 20), cell=20).sentence


@pytest.mark.parametrize(
    ("bound", "shown"), [(0.5, "at most 50 %"), (None, "less than 2 times stable's")], ids=["by the bound", "compared"]
)
def test_a_pass_says_when_it_was_shown_and_by_what(bound: float | None, shown: str) -> None:
    found = track()
    found.tally = BadRequests(found.counting.shape, replace(WANTED, bound=bound))
    counts = {(Side.CANDIDATE, ERRORS): 5, (Side.STABLE, ERRORS): 50}
    counts |= {(Side.CANDIDATE, REQUESTS): 1000, (Side.STABLE, REQUESTS): 10_000}
    alike = [series(side, part, [each * step for step in range(202)]) for (side, part), each in counts.items()]
    cell = next(cell for cell in range(1, 200) if bad(caught_up(found, alike, cell)).state.passed)

    line = judged(caught_up(found, alike, 200), cell=200)

    at_end = f"{datetime.fromtimestamp(start(cell) / 1000, UTC):%H:%M:%S} UTC"
    assert line.verdict is Verdict.PASS
    assert line.sentence.partition(".")[2].endswith(f"; shown at {at_end} to be {shown}.")


def test_a_breach_stays_one_though_the_source_is_gone() -> None:
    found = caught_up(track(), served(20, failed=3), 20)
    found.failed = "the metric source answers with HTTP 503"

    assert judged(found, cell=20).verdict is Verdict.BREACH


def test_a_source_that_does_not_answer_lets_nothing_pass() -> None:
    found = caught_up(track(), served(4), 4)
    found.failed = "the metric source answers with HTTP 503"

    line = judged(found, cell=4)

    assert (line.verdict, line.passed) == (Verdict.UNAVAILABLE, False)
    assert "HTTP 503" in line.sentence


def test_where_nothing_is_counted_there_is_no_data_and_it_says_by_what() -> None:
    found = caught_up(track(), [], 5)

    line = judged(found, cell=5)

    assert (line.verdict, line.passed) == (Verdict.NO_DATA, False)
    assert "traefik_service_requests_total (Traefik)" in line.sentence
    assert judged(found, cell=5, entered=3).verdict is Verdict.INCONCLUSIVE


def test_where_nothing_is_counted_a_clock_that_is_off_is_told() -> None:
    found = caught_up(track(), [], 5)
    found.clock = "the metric source's clock is 42 s behind the operator's"

    line = judged(found, cell=5)

    assert line.sentence.endswith("; the metric source's clock is 42 s behind the operator's")


def scraped(every: int, phases: Sequence[int], minutes: int = 20) -> list[Series]:
    """Both sides at a gateway's pods that are scraped every so many seconds; half of the candidate's requests fail."""
    times = [[START + 1000 * second for second in range(phase - 4 * every, 60 * minutes, every)] for phase in phases]
    return [
        Series(
            Counter(side=side, pod=f"gateway {place}", part=part),
            tuple(Sample(at, (at - moments[0]) // rate) for at in moments if side is Side.STABLE or at > START),
        )
        for place, moments in enumerate(times)
        for side, part, rate in (
            (Side.STABLE, REQUESTS, 10),
            (Side.CANDIDATE, REQUESTS, 100),
            (Side.CANDIDATE, ERRORS, 200),
        )
    ]


@pytest.mark.parametrize("every", [15, 30, 60])
def test_a_bad_candidate_is_found_however_rarely_the_gateways_pods_are_scraped(every: int) -> None:
    found = track()
    verdicts = [judged(caught_up(found, scraped(every, (4, 19)), cell), cell=cell).verdict for cell in range(4, 24)]

    assert Verdict.NO_DATA not in verdicts
    assert verdicts[-1] is Verdict.BREACH


def test_what_is_scraped_too_rarely_to_be_counted_is_said() -> None:
    line = judged(caught_up(track(), scraped(150, (4, 19)), 60), cell=60)

    assert line.verdict is Verdict.NO_DATA
    assert "some of it is scraped every 150 s, and must be at least every 120 s" in line.sentence


def test_a_data_plane_that_is_not_known_is_said() -> None:
    lacking = Tracks(("", "", "", ""), {}, lacking="spec.dataPlane: no controller is known")

    line = judge_counts(ERROR_RATIO, BOUND, lacking, Progress(), SPEC).line

    assert (line.verdict, line.passed) == (Verdict.UNAVAILABLE, False)
    assert "no controller is known" in line.sentence


def test_pods_that_count_themselves_are_told_apart() -> None:
    found = track(DataPlane.APPLICATION)
    pods = [series(Side.CANDIDATE, REQUESTS, [10.0 * step for step in range(4)], pod=name) for name in ("a", "b")]
    found.take([series(Side.STABLE, REQUESTS, [10.0 * step for step in range(4)], pod="old"), *pods], until=start(2))

    assert [pod.pod for pod in bad(found).pods] == ["a", "b"]
    assert bad(caught_up(track(), served(4), 4)).pods == []


def pods(a: Sequence[int], b: Sequence[int]) -> list[Series]:
    """Two pods of the candidate's, with so many errors of a hundred requests a cell in one phase after the other."""
    errors = {"a": a, "b": b}
    mine = [
        series(Side.CANDIDATE, part, [0, *accumulate(counts)], pod=pod)
        for pod, failed in errors.items()
        for part, counts in ((REQUESTS, [100] * len(failed)), (ERRORS, failed))
    ]
    stable = series(Side.STABLE, REQUESTS, [2000 * step for step in range(len(a) + 1)], pod="old")
    return [*mine, stable]


def of_pods(a: Sequence[int], b: Sequence[int], ends: Iterable[int]) -> Track:
    found = track(DataPlane.APPLICATION)
    for end in ends:
        caught_up(found, pods(a, b), end)

    return found


def test_a_breach_stays_one_in_its_words_though_one_pod_carries_the_excess_later_live_and_counted_again() -> None:
    a, b = [10] * 100, [10] * 20 + [100] * 80
    live, again = of_pods(a, b, range(1, 95)), of_pods(a, b, [94])
    first = judged(of_pods(a, b, [20]), cell=20)

    found = judged(live, cell=94)

    assert (first.verdict, found.verdict) == (Verdict.BREACH, Verdict.BREACH)
    assert found.sentence == first.sentence
    assert (judged(again, cell=94), again.breached_at) == (found, live.breached_at)
    assert again.tally.rule("errors", 0.05).evidence >= 100


def test_what_one_pod_carries_is_a_breach_from_the_block_on_at_which_it_carries_it_no_more() -> None:
    a, b = [0] * 40 + [100] * 60, [60] * 40 + [0] * 60
    held, found = of_pods(a, b, [40]), of_pods(a, b, [95])

    assert judged(held, cell=40).verdict is Verdict.HOLD
    assert (held.tally.breached, held.breached_at) == (False, None)
    assert judged(found, cell=95).verdict is Verdict.BREACH
    assert found.breached_at is not None
    assert found.breached_at > start(40)


def weak_ones() -> tuple[Tracks, list[JudgedObjective]]:
    """Two objectives, neither of which breaches alone."""
    tracks = Tracks(("", "", "", ""), {name: caught_up(track(), served(40, failed=1), 40) for name in ("a", "b")})
    found = [
        judge_counts(ERROR_RATIO.model_copy(update={"name": name}), BOUND, tracks, Progress(), SPEC)
        for name in tracks.by_name
    ]
    return tracks, [
        replace(each, ruling=replace(each.ruling, verdict=Verdict.INCONCLUSIVE, evidence=120.0, part=0.5))
        for each in found
    ]


def test_a_breach_that_none_shows_alone_is_shown_together_once_all_are_counted() -> None:
    tracks, weak = weak_ones()

    tracks.by_name["b"].caught_up = False
    assert shown_together(tracks, weak) == ""
    tracks.by_name["b"].caught_up = True
    assert "together the objectives speak 120:1" in shown_together(tracks, weak)
    calmer = [replace(each, ruling=replace(each.ruling, evidence=1.0)) for each in weak]
    assert shown_together(tracks, calmer), "what was shown once stays shown"


def test_what_one_showed_alone_is_told_in_the_words_of_then() -> None:
    tracks, weak = weak_ones()
    breach = replace(weak[0].ruling, verdict=Verdict.BREACH, evidence=200.0)
    line = replace(weak[0].line, sentence="a: breach. 9 of 30.")
    assert shown_together(tracks, [JudgedObjective(line, breach), weak[1]]) == "", "its own line says it"

    calmer = [replace(each, ruling=replace(each.ruling, evidence=0.0)) for each in weak]

    assert shown_together(tracks, calmer) == "a: breach. 9 of 30."


def test_a_question_that_fails_takes_back_nothing_that_was_shown_together() -> None:
    tracks, weak = weak_ones()
    assert shown_together(tracks, weak)

    tracks.by_name["b"].caught_up, tracks.by_name["b"].failed = False, "HTTP 503"

    assert "together the objectives speak 120:1" in shown_together(tracks, weak)


def test_a_round_is_for_the_last_cell_whose_samples_have_arrived() -> None:
    before, little = last_end(START / 1000 + 16.9, CELL)
    after, much = last_end(START / 1000 + 17.5, CELL)

    assert (before, after) == (start(0), start(1))
    assert [little, much] == pytest.approx([0.1, 14.5])


def test_tracks_that_have_come_equally_far_share_a_question() -> None:
    due = [Due(Key("shop", f"web-{place}"), "errors", track()) for place in range(120)]
    due[7].track.take([], until=start(1))
    due[9].track.take([], until=start(2))

    found = list(chunks(due, start(2)))

    assert sorted(len(part) for part in found) == [1, 18, 50, 50]
    assert all(len({member.track.taken for member in part}) == 1 for part in found)


def test_stables_hour_is_not_asked_before_all_of_it_is_stored() -> None:
    due = [Due(Key("shop", "web"), "errors", track())]

    assert list(chunks(due, start(-1))) == []
    assert list(chunks(due, start(0))) == [due]


def test_where_what_was_read_is_lost_silence_counts_from_the_new_begin_and_people_are_told() -> None:
    found = track()
    found.resume(start(100))
    found.take([], until=start(103))
    found.caught_up = True

    line = judged(found, cell=103)

    assert line.verdict is Verdict.INCONCLUSIVE
    told = "Counted since 12:25:00 UTC: what was read before is not known any more."
    assert line.sentence.startswith(f"errors: inconclusive. {told} ")
    found.take([], until=start(105))
    assert judged(found, cell=105).verdict is Verdict.NO_DATA


def test_after_the_loss_only_what_is_read_anew_is_judged() -> None:
    whole, late = caught_up(track(), served(140), 140), track()
    late.resume(start(100))
    read_anew = [replace(each, samples=tuple(s for s in each.samples if s.at > start(100))) for each in served(140)]
    late.take(read_anew, until=start(140))

    assert bad(late).state.total.candidate.requests == 10 * 39
    assert bad(late).state.total.candidate.requests < bad(whole).state.total.candidate.requests


def test_a_first_page_at_the_first_weight_misses_nothing() -> None:
    found = track()
    found.resume(start(1))

    assert found.resumed is None


def test_objectives_of_one_release_ask_for_its_sides_once_or_no_series_would_be_one_sides() -> None:
    due = [Due(Key("shop", "web"), name, track()) for name in ("errors", "share")]

    assert both_sides(due) == (CANDIDATE, STABLE)
    assert stable_sides(due) == (STABLE,)
