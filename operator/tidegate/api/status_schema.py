"""The status of a Release as a structural schema: every list and string bounded."""

from collections.abc import Mapping
from typing import Any

TIME = {"type": "string", "format": "date-time"}
COUNT = {"type": "integer", "minimum": 0}


def text(length: int) -> dict[str, Any]:
    """A bounded string."""
    return {"type": "string", "maxLength": length}


def record(description: str, **properties: Mapping[str, Any]) -> dict[str, Any]:
    """An object with these properties."""
    return {"type": "object", "description": description, "properties": dict(properties)}


def listed(description: str, items: Mapping[str, Any], most: int) -> dict[str, Any]:
    """A bounded list."""
    return {"type": "array", "description": description, "maxItems": most, "items": dict(items)}


SIDE = {"revision": text(63), "replicas": COUNT, "available": COUNT}
CONDITION = {
    **record(
        "One condition.",
        type=text(316),
        status={"type": "string", "enum": ["True", "False", "Unknown"]},
        reason=text(1024),
        message=text(4096),
        observedGeneration={"type": "integer", "format": "int64"},
        lastTransitionTime=TIME,
    ),
    "required": ["type", "status", "reason", "message", "lastTransitionTime"],
}
PHASES = [
    "Pending",
    "Preparing",
    "Progressing",
    "Paused",
    "Watching",
    "Promoting",
    "Promoted",
    "RollingBack",
    "RolledBack",
    "Stalled",
]

RELEASE_STATUS: dict[str, Any] = {
    **record(
        "What was found and decided. Only Tidegate writes it.",
        observedGeneration={"type": "integer", "format": "int64"},
        phase={"type": "string", "enum": PHASES},
        reason=text(128),
        message=text(4096),
        conditions={
            **listed("Ready, Reconciling, Stalled, Isolated.", CONDITION, 8),
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["type"],
        },
        stable=record("The revision served by default.", **SIDE),
        candidate=record("The revision on trial.", **SIDE),
        baseline=record(
            "The fresh copy of stable that the candidate is compared with; stable's numbers are without it.",
            **SIDE,
        ),
        step=record(
            "Where the rollout is.",
            index=COUNT,
            name=text(63),
            progress=text(16),
            enteredAt=TIME,
            settledAt=TIME,
            weight={**COUNT, "description": "What the route carries, whoever set it and confirmed or not."},
            desiredWeight=COUNT,
            confirmedWeight=COUNT,
        ),
        rollout=record(
            "The clocks and sizes of the rollout under way.",
            startedAt=TIME,
            waiting=record(
                "The hook that is waited for.",
                hook=text(63),
                place=text(63),
                since=TIME,
                started={"type": "boolean"},
                interrupted={"type": "boolean"},
                refused={"type": "boolean"},
            ),
            saidYes=listed("Hooks that opened their gate.", text(63), 16),
            weightedAt=TIME,
            deadlineFrom=TIME,
            stoppedSince=TIME,
            breachHeldSince=TIME,
            noDataSince=TIME,
            dweltMilliseconds={"type": "integer", "format": "int64"},
            stoodMilliseconds={"type": "integer", "format": "int64"},
            stoodSince=TIME,
            overdue={"type": "boolean"},
            fullSize=COUNT,
            straight={"type": "boolean"},
            opened={"type": "boolean"},
            stablePods=COUNT,
            overruled=text(63),
            loweredTo={**COUNT, "description": "The weight that a hand lowered it to, until promote."},
        ),
        objectives=listed(
            "The objectives at the last record.",
            record(
                "One line.",
                name=text(63),
                verdict=text(32),
                mode=text(32),
                value=text(64),
                bound=text(64),
                sentence=text(512),
            ),
            32,
        ),
        advice=listed(
            "What nobody declared and is worth a look, in this rollout: nothing is done about it.",
            record("One line.", topic=text(32), subject=text(128), sentence=text(256), since=TIME),
            10,
        ),
        rejected=listed("Revisions that were rolled back; retry starts one again.", text(63), 10),
        history=listed(
            "The last rollouts, newest first.",
            record(
                "One rollout.",
                revision=text(63),
                outcome=text(32),
                reason=text(128),
                message=text(1024),
                startedAt=TIME,
                endedAt=TIME,
            ),
            10,
        ),
        workload=record(
            "Which generation of the referenced workload, with which configuration, is which revision.",
            name=text(253),
            uid=text(63),
            generation={"type": "integer", "format": "int64"},
            revision=text(63),
            config=text(63),
        ),
        notices=listed(
            "What hooks are still to be told of rollouts that ended.",
            record(
                "One hook.",
                hook=text(63),
                when=text(32),
                revision=text(63),
                stable=text(63),
                startedAt=TIME,
                until=TIME,
                reason=text(128),
            ),
            16,
        ),
        template=record(
            "Which declared template is which revision, where only defaults are written otherwise.",
            declared=text(63),
            revision=text(63),
        ),
        targetPort=record(
            "Which revision the declared targetPort came with, where that is not the stable one.",
            declared=text(63),
            revision=text(63),
        ),
        takenOver=record(
            "How the referenced Deployment was found, with which revision, and how often it was emptied since.",
            name=text(253),
            replicas=COUNT,
            paused={"type": "boolean"},
            emptied=COUNT,
            emptiedAt=TIME,
            proven=text(63),
        ),
        handedOverAt=TIME,
        restart=record(
            "Stable's pods from before `since` are replaced one at a time.", since=TIME, left=COUNT, message=text(512)
        ),
        replicas=COUNT,
        selector=text(512),
        handled=record(
            "The asks that were acted on.",
            promote=text(256),
            promoteFull=text(256),
            abort=text(256),
            retry=text(256),
            skipStep=text(256),
            suspend=text(256),
            undo=text(256),
            restart=text(256),
        ),
    ),
    "default": {"observedGeneration": -1},
}

SOURCE_STATUS: dict[str, Any] = record(
    "Whether the source answers. Only Tidegate writes it.",
    observedGeneration={"type": "integer", "format": "int64"},
    conditions={
        **listed("Ready: the source answered the last check.", CONDITION, 8),
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["type"],
    },
)
