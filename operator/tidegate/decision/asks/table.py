"""Which ask is answered by which clause, in each situation of a Release. The ladders say when; nothing is decided here.

Under `suspend: All` every ask but an abort waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from tidegate.api import Ask
from tidegate.decision.decision import Rule
from tidegate.decision.hand_back import refill_the_workload

from .abort import abort
from .in_vain import answer_strays
from .restart import note_restart
from .retry import retry, retry_in_vain
from .stepping import go_straight_to_full, open_first_steps, open_step, skip_step
from .undo import undo, undo_in_vain


class Situation(Enum):
    """Where a Release is: each has a ladder of its own. In words for people."""

    REST = "no rollout runs"
    FIRST = "the first revision comes up"
    ROLLOUT = "a rollout runs"
    PROMOTION = "roles change"
    ROLLBACK = "a rollout goes back"
    HAND_BACK = "the Release is deleted"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an ask comes to, for people, and the clauses that see to it. Without any it is kept for what comes next."""

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

ANSWERS: Mapping[Ask, Mapping[Situation, Answer]] = {
    Ask.ABORT: {
        Situation.REST: Answer("what waits to start does not", (abort,)),
        Situation.FIRST: Answer(NOTHING, (abort,)),
        Situation.ROLLOUT: Answer("it goes back", (abort,)),
        Situation.PROMOTION: Answer("`PromotionUnderWay`", (abort,)),
        Situation.ROLLBACK: Answer("it goes on under `suspend: All` too; what would start next does not", (abort,)),
        Situation.HAND_BACK: ENDS,
    },
    Ask.PROMOTE: {
        Situation.REST: STRAY,
        Situation.FIRST: OF_FIRST_STEPS,
        Situation.ROLLOUT: Answer("the step that it names is opened", (open_step,)),
        Situation.PROMOTION: STRAY,
        Situation.ROLLBACK: STRAY,
        Situation.HAND_BACK: ENDS,
    },
    Ask.PROMOTE_FULL: {
        Situation.REST: STRAY,
        Situation.FIRST: OF_FIRST_STEPS,
        Situation.ROLLOUT: Answer("it goes straight to 100, without a watch", (go_straight_to_full,)),
        Situation.PROMOTION: STRAY,
        Situation.ROLLBACK: STRAY,
        Situation.HAND_BACK: ENDS,
    },
    Ask.SKIP_STEP: {
        Situation.REST: STRAY,
        Situation.FIRST: OF_FIRST_STEPS,
        Situation.ROLLOUT: Answer("the step is left, unless it is the last", (skip_step, answer_strays)),
        Situation.PROMOTION: STRAY,
        Situation.ROLLBACK: STRAY,
        Situation.HAND_BACK: ENDS,
    },
    Ask.RETRY: {
        Situation.REST: Answer("what was rejected starts", (answer_strays, retry)),
        Situation.FIRST: STRAY,
        Situation.ROLLOUT: Answer(NOTHING, (retry_in_vain,)),
        Situation.PROMOTION: STRAY,
        Situation.ROLLBACK: Answer("kept for what was rejected", (answer_strays,)),
        Situation.HAND_BACK: Answer("the Deployment is handed back as it is declared", (refill_the_workload,)),
    },
    Ask.UNDO: {
        Situation.REST: Answer("a rollout back starts", (undo,)),
        Situation.FIRST: KEPT,
        Situation.ROLLOUT: Answer(NOTHING, (undo_in_vain,)),
        Situation.PROMOTION: KEPT,
        Situation.ROLLBACK: KEPT,
        Situation.HAND_BACK: ENDS,
    },
    Ask.RESTART: {
        Situation.REST: Answer("stable's pods are replaced", (note_restart,)),
        Situation.FIRST: Answer(NOTHING, (note_restart,)),
        Situation.ROLLOUT: AFTER_IT,
        Situation.PROMOTION: AFTER_IT,
        Situation.ROLLBACK: KEPT,
        Situation.HAND_BACK: ENDS,
    },
}
