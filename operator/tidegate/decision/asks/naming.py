"""A promote names the revision and the step that it opens."""

from tidegate.decision.snapshot import Snapshot


def names_this_step(seen: Snapshot, nonce: str) -> bool:
    """True when a promote is for this candidate at this step: one for another opens nothing, now or later."""
    return nonce.startswith(_here(seen))


def how_to_promote(seen: Snapshot) -> str:
    """The annotation that opens what this candidate is held by at this step."""
    return f"tidegate.dev/promote: {_here(seen)}<nonce>"


def _here(seen: Snapshot) -> str:
    return f"{seen.progress.candidate}/{seen.step.name}/"
