"""What an ask is called where people and other tools meet it."""

from tidegate.api import Ask


def test_an_annotation_is_the_word_that_people_write_in_our_group() -> None:
    assert [ask.annotation for ask in Ask] == [
        "tidegate.dev/promote",
        "tidegate.dev/promote-full",
        "tidegate.dev/abort",
        "tidegate.dev/retry",
        "tidegate.dev/skip-step",
        "tidegate.dev/suspend",
        "tidegate.dev/undo",
        "tidegate.dev/restart",
    ]


def test_the_status_calls_an_ask_by_a_name_in_camel_case() -> None:
    names = ["promote", "promoteFull", "abort", "retry", "skipStep", "suspend", "undo", "restart"]

    assert [ask.key for ask in Ask] == names
