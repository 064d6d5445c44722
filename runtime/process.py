"""What every process of Keten does first and last: it keeps its memory and its files to itself, and it ends in one piece."""

import contextlib
import ctypes
import os
import resource
import sys
from typing import NoReturn

FILES = 65_536
"""Open files at most: a server needs two for each connection, and a usual limit is 1,024."""
PR_SET_DUMPABLE = 4


def keep_to_itself() -> None:
    """Leave no core dump, in which keys would stand; let nobody of the same user look in; make files for their owner only.

    What this process starts inherits it, but for the second.
    """
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if most == resource.RLIM_INFINITY else min(FILES, most)
    with contextlib.suppress(ValueError, OSError):  # a system may have another bound still
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(wanted, resource.getrlimit(resource.RLIMIT_NOFILE)[0]), most))


def leave(code: object) -> NoReturn:
    """End with what a command said, and take the interpreter apart no further.

    A thread of Temporal's library may just be handing over its last answer. If the interpreter is taken apart meanwhile, that
    thread aborts the whole process: of 100 short commands on a busy machine about three ended with 134 after their last line.

    Args:
        code: As for ``SystemExit``.
    """
    if code is not None and not isinstance(code, int):
        print(code, file=sys.stderr)  # noqa: T201 - as the interpreter does
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # whoever read it has gone
            stream.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))
