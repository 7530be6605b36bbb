"""What a long time does to a state, and what of a state no decision reads."""

from dataclasses import fields, replace
from datetime import datetime, timedelta

from tests.model.amend import amended
from tests.model.plans import ANOTHER_ROLLOUT, LIMIT, LONG_AGO, LOST_CONFIG, NOW, Kind
from tests.model.state import UNMEASURED, Pods, State
from tidegate.api import Suspend
from tidegate.decision.ending import ending_in
from tidegate.decision.progress import NOTHING_ASKED, Asks, Phase, Progress, Rollout
from tidegate.decision.route import Route

HOUR = timedelta(hours=1)


def aged(state: State) -> State:
    """The same state after a long time: every clock is over its limit."""
    progress = amended(
        state.progress,
        **{field: LONG_AGO for field in CLOCKS if getattr(state.progress, field) is not None},
    )
    if progress.waiting:
        progress = amended(progress, waiting=amended(progress.waiting, since=LONG_AGO))

    pods = tuple(_aged_pods(found, state.progress.started_at, progress.started_at) for found in state.pods)
    made = tuple(_aged_pods(found, state.progress.started_at, progress.started_at) for found in state.baselines)
    return amended(state, progress=progress, pods=pods, baselines=made, route=_aged_route(state.route, progress))


def _aged_pods(found: Pods, started_at: datetime | None, now_started_at: datetime | None) -> Pods:
    pinned = now_started_at if found.pinned == started_at else ANOTHER_ROLLOUT
    ending = _of(found.ending, now_started_at)
    return amended(found, failing=LONG_AGO if found.failing else None, pinned=pinned, ending=ending)


def _of(ending: str, started_at: datetime | None) -> str:
    """What is noted of the end of a rollout that started then, without its words."""
    found = ending_in(ending) if started_at else None
    return replace(found, started_at=started_at, sentence="").text() if found and started_at else ""


def _aged_route(route: Route | None, now: Progress) -> Route | None:
    if route is None:
        return None

    confirmed_for, silent_for = (HOUR, timedelta(0)) if route.confirmed else (timedelta(0), HOUR)
    ending = _of(route.ending, now.started_at)
    return amended(route, confirmed_for=confirmed_for, silent_for=silent_for, ending=ending)


CLOCKS = (
    "started_at",
    "entered_at",
    "settled_at",
    "weighted_at",
    "deadline_from",
    "stopped_since",
    "breach_held_since",
    "no_data_since",
    "stood_since",
    "handed_over_at",
)


READ_AT_THE_END = (
    "phase",
    "stable",
    "candidate",
    "step",
    "started_at",
    "full_size",
    "stable_pods",
    "taken_over",
    "handed_over_at",
)
UNREAD_AT_THE_END = {field.name: field.default for field in fields(Progress) if field.name not in READ_AT_THE_END}


# What has been forgotten already, by identity: to find it out again takes long, and to hash it too.
FORGOTTEN: dict[tuple[int, bool], Progress] = {}


def canonical(state: State) -> State:
    """Forget what no decision reads, so that the model stays small: old lines of history, words, spans."""
    ending = state.deleting and state.progress.phase is not Phase.PROMOTING
    progress = _remembered(state.progress, state.kind, ending=ending)
    started_at = progress.started_at
    pods = tuple(
        amended(found, ending=_read(found.ending, progress)) if found.ending else found
        for found in _pinned(state.pods, started_at)
    )
    baselines = _pinned(state.baselines, started_at)
    services = amended(state.services, held=state.services.held and (state.deleting or bool(state.services.astray)))
    route = state.route
    if route is not None and route.ending:
        route = amended(route, ending=_read(route.ending, progress))

    fallen = state.fallen and not state.deleting and unended(progress)
    state = amended(state, progress=progress, pods=pods, baselines=baselines, services=services)
    state = amended(state, route=route, fallen=fallen)
    return _ending(state, NOTHING_ASKED if ending else state.asks) if state.deleting else state


def unended(progress: Progress) -> bool:
    """True while a rollout may still be ended: what is noted of its end is read."""
    return progress.candidate is not None and progress.phase is not Phase.ROLLING_BACK


def _read(ending: str, progress: Progress) -> str:
    """What is noted of the end of a rollout, without its words, where it is this one's and not recorded."""
    found = ending_in(ending)
    read = found is not None and unended(progress) and found.started_at == progress.started_at
    return _of(ending, progress.started_at) if read else ""


def _pinned(pods: tuple[Pods, ...], started_at: datetime | None) -> tuple[Pods, ...]:
    """What was made for this rollout, and what for any other."""
    return tuple(found if found.pinned == started_at else amended(found, pinned=ANOTHER_ROLLOUT) for found in pods)


def _ending(state: State, asks: Asks) -> State:
    """A deleted Release asks nobody and judges nothing; only a change of role is finished as ever."""
    blocked = None if state.known else LOST_CONFIG
    unread = {"evidence": UNMEASURED, "heard": None, "suspension": Suspend.NONE}
    return amended(state, **unread, blocked=blocked, reading=False, asks=asks)


def _remembered(progress: Progress, kind: Kind, *, ending: bool) -> Progress:
    """What of a record is read again."""
    if FORGOTTEN.get((id(progress), ending)) is progress:
        return progress

    dwelt, stood = min(progress.dwelt, LIMIT), min(progress.stood, LIMIT)
    entered_at = progress.entered_at if kind is Kind.GATED else None
    spans = {"dwelt": dwelt, "stood": stood, "entered_at": entered_at, "full_at": None}
    read = {"sentence": "", "history": _newest(progress), **spans}
    progress = amended(progress, **{**read, **(UNREAD_AT_THE_END if ending else {})})
    FORGOTTEN[id(progress), ending] = progress
    return progress


def _newest(progress: Progress) -> tuple[Rollout, ...]:
    """The newest line of each revision, without its words and times."""
    newest = {line.revision: line for line in reversed(progress.history)}
    kept = (line for line in progress.history if line is newest[line.revision])
    return tuple(amended(line, sentence="", started_at=NOW, ended_at=None) for line in kept)
