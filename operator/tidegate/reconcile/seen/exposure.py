"""What the recorded step of a rollout shows the candidate beside its weight, as the router takes it."""

from datetime import timedelta

from tidegate.api import MatchType, ReleaseSpec
from tidegate.api.exposure import Match
from tidegate.api.step import Step
from tidegate.decision.progress import Phase, Progress
from tidegate.routers import NOTHING, Cookie, Exposure, Header, cookie_header

ENDING = frozenset({Phase.PROMOTING, Phase.ROLLING_BACK})


def recorded_step(spec: ReleaseSpec, progress: Progress) -> Step | None:
    """The declared step that a rollout is in; none at the implied last one, at rest, and once it ends."""
    running = progress.candidate is not None and progress.stable is not None and progress.phase not in ENDING
    return spec.steps[progress.step] if running and progress.step < len(spec.steps) else None


def exposure_of(spec: ReleaseSpec, progress: Progress, release: str) -> Exposure:
    """The matches and copies of the recorded step, and the cookie of those who saw this very candidate."""
    step = recorded_step(spec, progress)
    if step is None:
        return NOTHING

    shares = step.weight > 0 or bool(step.match)
    return Exposure(
        matches=tuple(conditions(match) for match in step.match or ()),
        mirror=step.mirror.percent if step.mirror else 0,
        cookie=_cookie(spec, progress, release) if shares else None,
    )


def conditions(match: Match) -> tuple[Header, ...]:
    """All that a request must have."""
    headers = (
        Header(name=header.name, value=header.value, regular=header.type is MatchType.REGULAR_EXPRESSION)
        for header in match.headers
    )
    return (*headers, *(cookie_header(cookie.name, cookie.value) for cookie in match.cookies))


def _cookie(spec: ReleaseSpec, progress: Progress, release: str) -> Cookie | None:
    """It names the revision: a later candidate never gets those who saw this one."""
    if spec.traffic.affinity is None:
        return None

    declared = spec.traffic.affinity.cookie
    return Cookie(
        name=declared.name or f"tidegate-{release}",
        value=progress.candidate or "",
        seconds=declared.max_age // timedelta(seconds=1),
    )
