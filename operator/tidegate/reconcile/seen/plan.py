"""The plan in a spec, as decisions know it."""

from tidegate.api import Baseline, Capacity, FirstRollout, OnNewRevision, Pause, ReleaseSpec
from tidegate.api import Hook as DeclaredHook
from tidegate.decision.plan import Hook, Plan, Step, complete


def plan_of(spec: ReleaseSpec) -> Plan:
    """The plan of a spec, with 100 as its last step."""
    steps = tuple(
        Step(
            name=step.name,
            weight=step.weight,
            dwell=step.dwell,
            replicas=step.replicas,
            pause=step.pause is Pause.UNTIL_PROMOTED,
            deadline=step.deadline,
            on_deadline=step.on_deadline,
            match=bool(step.match),
            mirror=step.mirror.percent if step.mirror else 0,
        )
        for step in spec.steps
    )
    return Plan(
        steps=complete(steps),
        settle=spec.traffic.settle,
        drain=spec.traffic.drain,
        watch=spec.promotion.watch,
        progress_deadline=spec.progress_deadline,
        unhealthy_after=spec.unhealthy_after,
        on_breach=spec.on_breach,
        hold_limit=spec.hold_limit,
        on_no_data=spec.on_no_data,
        no_data_limit=spec.no_data_limit,
        judged=bool(spec.objectives),
        on_inconclusive=spec.on_inconclusive,
        fresh=spec.baseline is Baseline.FRESH,
        shrink=spec.capacity is Capacity.SHRINK,
        hooks=tuple(map(_hook, spec.hooks)),
        finish_first=spec.on_new_revision is OnNewRevision.FINISH_FIRST,
        window=spec.rollback_window.revisions,
        first_by_steps=spec.first_rollout is FirstRollout.STEPS,
    )


def _hook(hook: DeclaredHook) -> Hook:
    return Hook(
        name=hook.name,
        when=hook.when,
        steps=hook.steps or (),
        job=hook.job is not None,
        expiry=hook.expiry,
        on_expiry=hook.on_expiry,
    )
