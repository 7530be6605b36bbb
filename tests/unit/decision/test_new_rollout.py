"""What of the record outlives a rollout, and what begins anew."""

from dataclasses import fields

from tidegate.decision.progress import AT_REST, OUTLIVES, STEP_ANEW, Progress


def test_the_history_of_a_release_and_what_was_asked_of_it_outlive_a_rollout() -> None:
    served = {"stable", "rejected", "history"}
    told = {"phase", "reason", "sentence", "notices"}
    asked = {"handled", "restart_since", "taken_over", "handed_over_at"}

    assert served | told | asked == OUTLIVES


def test_every_other_field_of_the_record_begins_anew_with_the_next_rollout_as_in_a_new_record() -> None:
    begun = Progress()
    belongs = [field.name for field in fields(Progress) if field.name not in OUTLIVES]

    assert dict(AT_REST) == {name: getattr(begun, name) for name in belongs}
    assert {"candidate", "step", "desired_weight", "started_at", "said_yes", "lowered_to"} < AT_REST.keys()


def test_a_step_begins_anew_unsettled_with_all_its_time_and_its_pause_closed() -> None:
    begun = Progress()

    assert STEP_ANEW.keys() == {"settled_at", "full_at", "dwelt", "stood", "stood_since", "overdue", "opened"}
    assert dict(STEP_ANEW) == {name: getattr(begun, name) for name in STEP_ANEW}


def test_a_revision_is_accounted_for_that_is_served_on_its_way_or_out() -> None:
    record = Progress(stable="v1", candidate="v2", rejected=("v3", "v4"))

    assert [revision for revision in ("v1", "v2", "v3", "v4", "v5", "") if record.accounts_for(revision)] == [
        "v1",
        "v2",
        "v3",
        "v4",
    ]
