"""The status of a Release as a structural schema: every field described, every list and string bounded."""

from collections.abc import Mapping
from typing import Any

from .asks import Ask


def text(length: int, description: str) -> dict[str, Any]:
    """A bounded string."""
    return {"type": "string", "maxLength": length, "description": description}


def instant(description: str) -> dict[str, Any]:
    """A point in time."""
    return {"type": "string", "format": "date-time", "description": description}


def count(description: str) -> dict[str, Any]:
    """A number of things, or a weight."""
    return {"type": "integer", "minimum": 0, "description": description}


def big(description: str) -> dict[str, Any]:
    """A number that may be large."""
    return {"type": "integer", "format": "int64", "description": description}


def flag(description: str) -> dict[str, Any]:
    """Yes or no."""
    return {"type": "boolean", "description": description}


def record(description: str, **properties: Mapping[str, Any]) -> dict[str, Any]:
    """An object with these properties."""
    return {"type": "object", "description": description, "properties": dict(properties)}


def listed(description: str, items: Mapping[str, Any], most: int) -> dict[str, Any]:
    """A bounded list."""
    return {"type": "array", "description": description, "maxItems": most, "items": dict(items)}


def names(description: str, most: int) -> dict[str, Any]:
    """A bounded list of names."""
    return listed(description, {"type": "string", "maxLength": 63}, most)


def side(description: str) -> dict[str, Any]:
    """A revision and its pods."""
    return record(
        description,
        revision=text(63, "The revision, as its ReplicaSet and its pods are labelled."),
        replicas=count("The pods that it is to have."),
        available=count("Those of them that have been ready for minReadySeconds."),
    )


SEEN_GENERATION = big("The metadata.generation that the rest of the status is about.")
CONDITION = {
    **record(
        "One condition.",
        type=text(316, "What it is about."),
        status={"type": "string", "enum": ["True", "False", "Unknown"], "description": "Whether it is so."},
        reason=text(1024, "Why, in one word."),
        message=text(4096, "Why, in a sentence."),
        observedGeneration=big("The metadata.generation that it is about."),
        lastTransitionTime=instant("Since when its status is what it is."),
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
STEP = record(
    "Where the rollout is.",
    index=count("The step, counted from 0."),
    name=text(63, "The step's name."),
    progress=text(16, "The step of all steps, as 2/3."),
    enteredAt=instant("When the step began: its deadline counts from here."),
    settledAt=instant("When its weight was confirmed and had settled: its dwell counts from here."),
    fullAt=instant("Since when the candidate has all the traffic: stable is not compared with from here on."),
    weight=count("What the route carries, whoever set it and confirmed or not."),
    desiredWeight=count("The step's weight: written down before the route gets it."),
    confirmedWeight=count("What the route carries, where every parent of it has confirmed that."),
)
WAITING = record(
    "The hook that is waited for.",
    hook=text(63, "Its name."),
    place=text(63, "The step that it stands before, or what of the rollout it stands before."),
    since=instant("When it was first asked: its expiry counts from here."),
    started=flag("Its Job was seen, and is never made again."),
    interrupted=flag("Pods were lost meanwhile."),
    refused=flag("It said no, or not yes in time, and a person decides."),
)
ROLLOUT = record(
    "The clocks and sizes of the rollout under way.",
    startedAt=instant("When it started."),
    waiting=WAITING,
    saidYes=names("Hooks that opened their gate.", 16),
    weightedAt=instant("When the candidate got its first weight: it is judged from here on."),
    deadlineFrom=instant("From when progressDeadline counts."),
    stoppedSince=instant("Since when progressDeadline stands: suspended, or held by what no pod caused."),
    breachHeldSince=instant("From when holdLimit counts."),
    breachShown=text(512, "The held breach, where counts showed it: it stays shown after a restart of Tidegate too."),
    noDataSince=instant("From when noDataLimit counts."),
    dweltMilliseconds=big("What the step had dwelt before it was interrupted."),
    stoodMilliseconds=big("Time in the step that does not count towards its deadline."),
    stoodSince=instant("Since when the step's deadline stands."),
    overdue=flag("A person let the step take longer than its deadline."),
    fullSize=count("The most that spec.replicas has been in this rollout: stable keeps so many pods."),
    straight=flag("It goes straight to full weight, inside rollbackWindow."),
    opened=flag("A person opened this step."),
    stablePods=count("The most pods of stable that were available in this rollout."),
    overruled=text(63, "The declared revision that an undo goes against."),
    loweredTo=count("The weight that a hand lowered it to, until promote."),
)
OBJECTIVE = record(
    "One line.",
    name=text(63, "The objective's name."),
    verdict=text(32, "What the judge says of it."),
    mode=text(32, "Advise, where it decides nothing."),
    value=text(64, "What was measured last."),
    bound=text(64, "What it must keep."),
    sentence=text(512, "The same, with what it was counted from."),
)
ADVICE = record(
    "One line.",
    topic=text(32, "What it is about, in one word."),
    subject=text(128, "The container, the objective or the error that it is about."),
    sentence=text(256, "What was seen."),
    since=instant("When it was first seen in this rollout."),
)
PAST_ROLLOUT = record(
    "One rollout.",
    revision=text(63, "Its candidate."),
    outcome=text(32, "Promoted or RolledBack."),
    reason=text(128, "Why it ended so, in one word."),
    message=text(1024, "Why it ended so, in a sentence."),
    startedAt=instant("When it started."),
    endedAt=instant("When it had ended; absent while it goes back."),
)
NOTICE = record(
    "One hook.",
    hook=text(63, "The hook's name."),
    when=text(32, "AfterPromotion or OnRollback."),
    revision=text(63, "The candidate of that rollout."),
    stable=text(63, "What was stable then."),
    startedAt=instant("When that rollout started."),
    until=instant("How long it is told again and again."),
    reason=text(128, "Why that rollout ended so."),
)
TAKEN_OVER = record(
    "How the referenced Deployment was found, with which revision, and how often it was emptied since.",
    name=text(253, "The Deployment's name."),
    replicas=count("The pods that it had."),
    paused=flag("It was paused already."),
    emptied=count("How often it was emptied."),
    emptiedAt=instant("When it was emptied last."),
    proven=text(63, "The revision of the template that it served with."),
)
HANDLED = record(
    "The asks that were acted on, or answered: one is heard once.",
    **{ask.key: text(256, f"The last value of {ask.annotation}.") for ask in Ask},
)

RELEASE_STATUS: dict[str, Any] = {
    **record(
        "What was found and decided. Only Tidegate writes it.",
        observedGeneration=SEEN_GENERATION,
        phase={"type": "string", "enum": PHASES, "description": "Where the Release is, coarsely."},
        reason=text(128, "Why it is there, in one word: docs/rollout.md lists them."),
        message=text(4096, "Why it is there, in a sentence."),
        conditions={
            **listed("Ready, Reconciling, Stalled, Isolated.", CONDITION, 8),
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["type"],
        },
        stable=side("The revision served by default."),
        candidate=side("The revision on trial."),
        baseline=side("The fresh copy of stable that the candidate is compared with; stable's numbers are without it."),
        step=STEP,
        rollout=ROLLOUT,
        objectives=listed("The objectives at the last record.", OBJECTIVE, 32),
        advice=listed(
            "What nobody declared and is worth a look, in this rollout: nothing is done about it.", ADVICE, 10
        ),
        rejected=names("Revisions that were rolled back; retry starts one again.", 10),
        history=listed("The last rollouts, newest first.", PAST_ROLLOUT, 10),
        workload=record(
            "Which generation of the referenced workload, with which configuration, is which revision.",
            name=text(253, "The workload's name."),
            uid=text(63, "The workload's uid: another one of its name is another workload."),
            generation=big("The workload's metadata.generation."),
            revision=text(63, "The revision of its template."),
            config=text(63, "A hash of its configuration, with trackConfig: All."),
        ),
        notices=listed("What hooks are still to be told of rollouts that ended.", NOTICE, 16),
        template=record(
            "Which declared template is which revision, where only defaults are written otherwise.",
            declared=text(63, "A hash of the template as it is declared."),
            revision=text(63, "The revision that it is."),
        ),
        targetPort=record(
            "Which revision the declared targetPort, and appProtocol, came with, where that is not the stable one.",
            declared=text(256, "The port, and its protocol in brackets."),
            revision=text(63, "The revision."),
        ),
        takenOver=TAKEN_OVER,
        handedOverAt=instant("From when the drain of the pods counts, where what serves is handed back."),
        restart=record(
            "Stable's pods from before `since` are replaced one at a time.",
            since=instant("When the restart was asked for."),
            left=count("The pods that are still to be replaced."),
            message=text(512, "What it waits for."),
        ),
        replicas=count("The size without a surge, for autoscalers."),
        selector=text(512, "The pods that an autoscaler divides by."),
        handled=HANDLED,
    ),
    "default": {"observedGeneration": -1},
}

SOURCE_STATUS: dict[str, Any] = record(
    "Whether the source answers. Only Tidegate writes it.",
    observedGeneration=SEEN_GENERATION,
    conditions={
        **listed("Ready: the source answered the last check.", CONDITION, 8),
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["type"],
    },
)
