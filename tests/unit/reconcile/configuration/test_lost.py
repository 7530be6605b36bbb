"""Which copies are gone, and what is known of their originals."""

from typing import cast

import pytest

from tidegate.decision import Progress
from tidegate.decision.snapshot import LostCopy, Original
from tidegate.reconcile.configuration.configs import Configs
from tidegate.reconcile.configuration.lost import lost_copies, places_of
from tidegate.reconcile.configuration.standing import Absent, Content, Place, Standing, Unread, Unreadable, Untracked
from tidegate.workloads import Owner, absent, copy_name

OWNER = Owner(name="web", namespace="shop", uid="1")
BLUE = "bcdfghjklm"
COPY = copy_name("web", "settings", BLUE)
Looks = dict[tuple[str, str], Standing]


class Known:
    """What is known of each object; what is not told of is absent."""

    def __init__(self, found: Looks) -> None:
        self._found = found

    def look(self, place: Place) -> Standing:
        return self._found.get((place[0], place[2]), Absent())


def lost(found: Looks, *uses: tuple[str, str], stable: str = "v1") -> tuple[LostCopy, ...]:
    configs = cast("Configs", Known(found))
    return lost_copies(OWNER, Progress(stable=stable), {"v1": {"uses": list(uses)}}, configs)


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (Content(BLUE), Original.SAME),
        (Content("mlkjhgfdcb"), Original.OTHER),
        (Absent(), Original.OTHER),
        (Untracked(), Original.OTHER),
        (Unreadable("forbidden"), Original.OTHER),
        (Unread(), Original.UNREAD),
    ],
)
def test_a_lost_copy_tells_what_its_original_holds_now(now: Standing, told: Original) -> None:
    found = lost({("ConfigMap", "settings"): now}, ("ConfigMap", COPY))

    assert [(copy.revision, copy.name, copy.original, copy.now) for copy in found] == [("v1", COPY, "settings", told)]
    assert places_of(OWNER, found) == {("ConfigMap", "shop", COPY), ("ConfigMap", "shop", "settings")}


@pytest.mark.parametrize("standing", [Content(BLUE), Unread(), Unreadable("forbidden"), Untracked()])
def test_what_is_there_or_not_known_is_not_lost(standing: Standing) -> None:
    assert not lost({("ConfigMap", COPY): standing}, ("ConfigMap", COPY))


def test_what_was_optional_and_absent_was_never_there() -> None:
    assert not lost({}, ("ConfigMap", copy_name("web", "extra", absent("ConfigMap", "extra"))))


def test_what_is_used_by_its_own_name_is_no_copy() -> None:
    assert not lost({}, ("Secret", "web-tls"), ("Secret", "other-settings-bcdfghjklm"))


def test_a_revision_of_the_past_lacks_nothing() -> None:
    assert not lost({}, ("ConfigMap", COPY), stable="v2")
