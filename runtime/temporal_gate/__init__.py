"""The wall between agencies at Temporal: a gate before its frontend that lets each of them into its own namespace only.

gRPC's own threads do not survive the fork with which a process starts another: of 600 children of a process with a gate about six
were aborted before they began. So its handling of forks is switched off; it looks at that once, when it is first imported.
"""

import os

os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
