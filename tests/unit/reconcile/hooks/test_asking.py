"""What is sent to hooks."""

from tidegate.api import HttpHook
from tidegate.clients.room import Room
from tidegate.reconcile.hooks.asking import ask_of

DRIBBLING, SHORT = (HttpHook.model_validate({"url": f"http://{name}.shop/"}) for name in ("dribbling", "short"))


def test_large_answers_of_one_hook_keep_no_other_hooks_answer_unread() -> None:
    room = Room(100)
    room.take(ask_of(DRIBBLING, b"", {}).source, 100)

    room.take(ask_of(SHORT, b"", {}).source, 10)
