"""Which ask is answered by which clause, in each stage of a Release. The ladders say when; nothing is decided here.

Under `suspend: All` every ask but an abort waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from tidegate.decision.decision import Rule
from tidegate.decision.hand_back import refill_the_workload

from .abort import abort
from .in_vain import answer_strays
from .restart import note_restart
from .retry import retry, retry_in_vain
from .stepping import go_straight_to_full, open_first_steps, open_step, skip_step
from .undo import undo, undo_in_vain


class Stage(Enum):
    """Where a Release is: each has a ladder of its own. In words for people."""

    REST = "no rollout runs"
    FIRST = "the first revision comes up"
    ROLLOUT = "a rollout runs"
    PROMOTION = "roles change"
    ROLLBACK = "a rollout goes back"
    HAND_BACK = "the Release is deleted"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an ask comes to, for people, and the clauses that see to it. Without any it is kept for the next stage."""

    words: str
    clauses: tuple[Rule, ...] = ()


NOTHING = "`NothingToDo`"
STRAY = Answer(NOTHING, (answer_strays,))
KEPT = Answer("kept")
ENDS = Answer("ends with it")
OF_FIRST_STEPS = Answer(
    "as in a rollout, with `firstRollout: Steps`; else `NothingToDo`", (open_first_steps, answer_strays)
)
AFTER_IT = Answer("once that has ended", (note_restart,))

ANSWERS: Mapping[str, Mapping[Stage, Answer]] = {
    "abort": {
        Stage.REST: Answer("what waits to start does not", (abort,)),
        Stage.FIRST: Answer(NOTHING, (abort,)),
        Stage.ROLLOUT: Answer("it goes back", (abort,)),
        Stage.PROMOTION: Answer("`PromotionUnderWay`", (abort,)),
        Stage.ROLLBACK: Answer("what would start next does not", (abort,)),
        Stage.HAND_BACK: ENDS,
    },
    "promote": {
        Stage.REST: STRAY,
        Stage.FIRST: OF_FIRST_STEPS,
        Stage.ROLLOUT: Answer("the step that it names is opened", (open_step,)),
        Stage.PROMOTION: STRAY,
        Stage.ROLLBACK: STRAY,
        Stage.HAND_BACK: ENDS,
    },
    "promote_full": {
        Stage.REST: STRAY,
        Stage.FIRST: OF_FIRST_STEPS,
        Stage.ROLLOUT: Answer("it goes straight to 100", (go_straight_to_full,)),
        Stage.PROMOTION: STRAY,
        Stage.ROLLBACK: STRAY,
        Stage.HAND_BACK: ENDS,
    },
    "skip_step": {
        Stage.REST: STRAY,
        Stage.FIRST: OF_FIRST_STEPS,
        Stage.ROLLOUT: Answer("the step is left, unless it is the last", (skip_step, answer_strays)),
        Stage.PROMOTION: STRAY,
        Stage.ROLLBACK: STRAY,
        Stage.HAND_BACK: ENDS,
    },
    "retry": {
        Stage.REST: Answer("what was rejected starts", (answer_strays, retry)),
        Stage.FIRST: STRAY,
        Stage.ROLLOUT: Answer(NOTHING, (retry_in_vain,)),
        Stage.PROMOTION: STRAY,
        Stage.ROLLBACK: Answer("kept for what was rejected", (answer_strays,)),
        Stage.HAND_BACK: Answer("the Deployment is handed back as it is declared", (refill_the_workload,)),
    },
    "undo": {
        Stage.REST: Answer("a rollout back starts", (undo,)),
        Stage.FIRST: KEPT,
        Stage.ROLLOUT: Answer(NOTHING, (undo_in_vain,)),
        Stage.PROMOTION: KEPT,
        Stage.ROLLBACK: KEPT,
        Stage.HAND_BACK: ENDS,
    },
    "restart": {
        Stage.REST: Answer("stable's pods are replaced", (note_restart,)),
        Stage.FIRST: Answer(NOTHING, (note_restart,)),
        Stage.ROLLOUT: AFTER_IT,
        Stage.PROMOTION: AFTER_IT,
        Stage.ROLLBACK: KEPT,
        Stage.HAND_BACK: ENDS,
    },
}
