"""What the status keeps of a Release, as values."""

from dataclasses import fields

from tidegate.api import Ask
from tidegate.decision.progress import NOTHING_ASKED, Asks


def test_each_ask_has_a_field_of_its_own_and_there_is_no_other() -> None:
    nonces = {ask: ask.value for ask in Ask}

    asked = NOTHING_ASKED.adding(nonces)

    assert {ask: asked.of(ask) for ask in Ask} == nonces
    assert len(fields(Asks)) == len(Ask)


def test_what_was_handled_before_stays_handled() -> None:
    assert Asks(abort="1").adding({Ask.RETRY: "2"}) == Asks(abort="1", retry="2")
