"""How a call can fail, named by what the caller should do."""

from collections.abc import Mapping


class CallError(Exception):
    """A call that did not succeed: the status, the server's words, and what was asked."""

    def __init__(self, status: int, sentence: str, *, call: str, retry_after: float | None = None) -> None:
        super().__init__(f"{call}: {status} {sentence}")
        self.status = status
        self.call = call
        self.sentence = sentence
        self.retry_after = retry_after

    @property
    def told(self) -> str:
        """For the status: what was asked of which object, and the server's words."""
        says = "refuses" if self.status else "does not answer"
        return f"the API server {says} {self.call}: {self.sentence}"


class Unavailable(CallError):
    """The server is down, slow or overloaded: the same call may succeed later."""


class Disturbed(CallError):
    """A disruption budget does not let the pod go now: ask again later."""


class NotFound(CallError):
    """There is no such object."""


class Conflict(CallError):
    """The object is newer than the write: read again, decide again."""


class Invalid(CallError):
    """The server refuses the content: a failed `test`, or a field that is wrong."""


class Forbidden(CallError):
    """The operator may not do this: roles must be mended."""


class Expired(CallError):
    """The resourceVersion is too old: list again."""


class Fenced(Exception):
    """The Lease may have ended: nothing is written any more."""


class AskFailed(Exception):
    """There was no answer of someone who is no API server: the reason, in words for the status."""


class TooLarge(AskFailed):
    """The answer was larger than it may be."""


class Unreadable(AskFailed):
    """There was an answer, and nobody can read it: it is cut off, or no HTTP."""


class NotSent(AskFailed):
    """We could not ask, and nothing is known of who was to be asked: the operator's own trouble."""


BY_STATUS: Mapping[int, type[CallError]] = {
    400: Invalid,
    401: Unavailable,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Expired,
    422: Invalid,
    429: Unavailable,
}


def error_for(status: int, sentence: str, *, call: str, retry_after: float | None = None) -> CallError:
    """The named failure for an HTTP status."""
    default = Unavailable if status >= 500 else CallError
    return BY_STATUS.get(status, default)(status, sentence, call=call, retry_after=retry_after)
