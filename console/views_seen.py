"""Views that were read a moment ago: a file whose history has not grown since says the same again, so it is not asked."""

import time
from collections import OrderedDict
from collections.abc import Callable

from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionResponse

from contracts.agencies import Agency
from contracts.views import FileView

LASTS = 60.0
"""Seconds in which a view is given again: its office may be closed, or be in a new version, which says it in other words."""

MOST = 500
"""Views that are remembered; then the one that was read longest ago is not any more."""

_Key = tuple[str, str, str, int]


class ViewsSeen:
    """Views by how long the history of their file was. They hold states and codes, and nothing of a person.

    A view follows from the history alone. It is kept under the length that the server told before the file was asked: what
    came in between makes it newer, never older. Whether it may be read is asked before each time, by whoever reads.

    Args:
        passed: Seconds that have passed since any moment.
    """

    def __init__(self, passed: Callable[[], float] = time.monotonic) -> None:
        self._passed = passed
        self._seen: OrderedDict[_Key, tuple[float, FileView]] = OrderedDict()

    def find(self, agency: Agency, description: DescribeWorkflowExecutionResponse) -> FileView | None:
        """What the file said when its history was as long as it is now; None where that is not known."""
        at, view = self._seen.get(_key(agency, description), (0.0, None))
        return view if view and self._passed() - at < LASTS else None

    def note(self, agency: Agency, description: DescribeWorkflowExecutionResponse, view: FileView) -> None:
        """It said this."""
        key = _key(agency, description)
        self._seen.pop(key, None)
        self._seen[key] = (self._passed(), view)
        while len(self._seen) > MOST:
            self._seen.popitem(last=False)


def _key(agency: Agency, description: DescribeWorkflowExecutionResponse) -> _Key:
    info = description.workflow_execution_info
    return (agency.slug, info.execution.workflow_id, info.execution.run_id, info.history_length)
