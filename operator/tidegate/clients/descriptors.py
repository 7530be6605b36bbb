"""The file descriptors of this process: every connection takes one, and whoever has none left can do nothing."""

import errno
import os
import resource
import socket

# Left to the API server, to probes and to files; a quarter of all, where those are few.
KEPT = 128
NONE_LEFT = frozenset({errno.EMFILE, errno.ENFILE})


def take_all() -> None:
    """Raise the limit as far as the system lets us: many start a process with 1,024, and let it have a million."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    except (ValueError, OSError):
        # Not every system lets it be as high as it says.
        return


def spared(found: socket.socket) -> socket.socket:
    """A socket that takes none of the descriptors that are kept. Raises OSError where only those are left.

    The system gives the lowest number that is free, so a high one says that as many are taken.
    """
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY or found.fileno() < limit - min(KEPT, limit // 4):
        return found

    found.close()
    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


def none_left() -> str:
    """What someone must mend who reads it."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return f"the operator has no file descriptor left for a connection: raise its limit of {limit} open files (nofile)"
