"""Switches off how gRPC handles forks, before anything loads it, as Temporal's library does.

Its threads do not survive the fork with which a process starts another. Of 600 children of a process with a gate about six
were aborted before they began; without its handling, none. A process of Keten with a gate starts no other; these tests do.
"""

import os

os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
