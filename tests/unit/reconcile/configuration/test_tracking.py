"""What the configuration of a template comes to, when some of it is unread, missing or changed."""

import pytest

from tidegate.decision.reasons import Reason
from tidegate.reconcile.configuration.quiet import QUIET_SECONDS
from tidegate.reconcile.configuration.standing import Absent, Content, Standing, Unread, Unreadable, Untracked
from tidegate.reconcile.configuration.tracking import Tracking, tracked
from tidegate.reconcile.memory import Memory
from tidegate.workloads import Owner, Reference, absent, copy_name

OWNER = Owner(name="web", namespace="shop", uid="1")
SETTINGS = Reference(kind="ConfigMap", name="settings", where="container web, envFrom")
KEYS = Reference(kind="Secret", name="keys", where="volume keys")
EXTRA = Reference(kind="ConfigMap", name="extra", where="volume extra", optional=True)
BLUE, RED = Content("bcdfghjklm"), Content("mlkjhgfdcb")


def seen(found: dict[Reference, Standing], memory: Memory | None = None, source: object = 1) -> Tracking:
    return tracked(found, source, OWNER, memory=memory or Memory())


def test_everything_known_is_copies_and_their_names() -> None:
    found = seen({SETTINGS: BLUE, KEYS: RED})

    assert found.names == {
        ("ConfigMap", "settings"): "web-settings-bcdfghjklm",
        ("Secret", "keys"): "web-keys-mlkjhgfdcb",
    }
    assert found.contents == {("ConfigMap", "shop", "settings"): "bcdfghjklm", ("Secret", "shop", "keys"): "mlkjhgfdcb"}
    assert (found.complete, found.resting) == (True, None)


@pytest.mark.parametrize("other", [BLUE, Absent(), Unreadable("refused", 15.0)], ids=["known", "absent", "unreadable"])
def test_half_of_a_configuration_is_none(other: Standing) -> None:
    found = seen({SETTINGS: other, KEYS: Unread()})

    assert (found.complete, found.names, found.hash) == (False, {}, "")
    assert found.reading is not None
    assert found.blocked is None
    assert found.follows == {("ConfigMap", "shop", "settings"), ("Secret", "shop", "keys")}


def test_a_reading_is_no_change() -> None:
    memory = Memory()
    for standing in (BLUE, Unread(), BLUE):
        found = seen({SETTINGS: standing}, memory)

    assert found.resting is None


@pytest.mark.parametrize(("standing", "source"), [(RED, 1), (Untracked(), 1), (BLUE, 2)])
def test_a_change_rests_before_it_counts(standing: Standing, source: int) -> None:
    memory = Memory()
    seen({SETTINGS: BLUE}, memory)

    found = seen({SETTINGS: standing}, memory, source)

    assert found.complete
    assert found.resting is not None
    assert found.resting.again is not None
    assert 0 < found.resting.again.total_seconds() <= QUIET_SECONDS


def test_what_is_missing_is_told_when_it_is_sure() -> None:
    memory = Memory()
    first = seen({SETTINGS: Absent()}, memory)
    assert first.blocked is None
    assert first.reading is not None

    assert memory.quiet is not None
    memory.quiet = type(memory.quiet)(memory.quiet.seen, 0.0, 0.0)
    then = seen({SETTINGS: Absent()}, memory)

    assert then.reading is None
    assert then.blocked is not None
    assert then.blocked.reason is Reason.CONFIG_MISSING
    where = "spec.trackConfig: ConfigMap settings (container web, envFrom)"
    assert then.blocked.sentence == f"{where} is missing: create it, or mark the reference as optional"


def test_what_is_optional_and_absent_has_a_name_that_nothing_has() -> None:
    found = seen({EXTRA: Absent()})

    assert found.names == {("ConfigMap", "extra"): copy_name("web", "extra", absent("ConfigMap", "extra"))}
    assert (found.contents, found.complete) == ({}, True)


def test_what_one_use_needs_is_missing_even_where_another_is_optional() -> None:
    needed = Reference(kind="ConfigMap", name="extra", where="container web, envFrom")

    assert seen({EXTRA: Absent(), needed: Absent()}).names == {}


def test_what_is_kept_out_keeps_its_name() -> None:
    found = seen({SETTINGS: Untracked()})

    assert (found.names, found.contents, found.hash) == ({}, {}, "")


@pytest.mark.parametrize("again", [15.0, None], ids=["one object", "all of a kind"])
def test_what_cannot_be_read_is_told_with_the_servers_words(again: float | None) -> None:
    blocked = seen({SETTINGS: BLUE, KEYS: Unreadable("forbidden", again)}).blocked

    assert blocked is not None
    assert blocked.reason is Reason.CONFIG_UNREADABLE
    assert blocked.sentence == "spec.trackConfig: Secret keys (volume keys) cannot be read: forbidden"
    assert (blocked.again.total_seconds() if blocked.again else None) == again
