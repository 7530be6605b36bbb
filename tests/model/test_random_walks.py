"""Long walks with many disturbances, by chance: what the exhaustive walk cannot reach. Hypothesis shrinks a failure."""

from hypothesis import given
from hypothesis import strategies as st

from tests.model.clocks import canonical
from tests.model.cycles import Followers
from tests.model.events import events
from tests.model.plans import Kind
from tests.model.state import State
from tests.model.walk import converges, start, turns
from tidegate.decision import decide

CHOICES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 6)), min_size=1, max_size=40)
BEGIN = st.sampled_from([start(kind) for kind in Kind])


@given(begin=BEGIN, choices=CHOICES)
def test_any_order_of_events_and_crashes_keeps_the_invariants_and_comes_to_rest(
    begin: State, choices: list[tuple[int, int]]
) -> None:
    state = begin
    for event, crash in choices:
        reached = list(turns(state))
        # The last state is that of a whole turn; those before it are what a crash leaves.
        state = reached[crash % len(reached)]
        following = list(events(state))
        if following:
            state = following[event % len(following)][1]

    converges(state, set(), Followers(turns))


@given(begin=BEGIN, choices=CHOICES)
def test_a_decision_is_a_function_of_what_is_seen(begin: State, choices: list[tuple[int, int]]) -> None:
    state = begin
    for event, _ in choices:
        look = state.look()
        assert decide(look) == decide(look)
        following = list(events(list(turns(state))[-1]))
        state = following[event % len(following)][1] if following else state


@given(begin=BEGIN, choices=CHOICES)
def test_what_the_model_forgets_no_decision_reads(begin: State, choices: list[tuple[int, int]]) -> None:
    state = begin
    for event, crash in choices:
        reached = list(turns(state))
        following = list(events(reached[crash % len(reached)]))
        if not following:
            break

        known = following[event % len(following)][1]
        state = canonical(known)
        assert decide(known.look()).actions == decide(state.look()).actions
