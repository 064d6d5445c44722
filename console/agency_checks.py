"""What is looked at of each agency by itself: by `keten doctor` for all whose keys lie here, on the page of one for that one.

Each sentence here has its Dutch in ``contracts/texts/nl/health.toml``.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest

from console.filters import RUNNING
from console.finding import Trouble, Well
from console.installation import Installation
from contracts.agencies import Agency
from contracts.alarms import WHAT_TO_DO, AlarmCode
from contracts.hours import AMSTERDAM
from runtime.audit.proof import prove_heads
from runtime.bus.standing import standing
from runtime.office.looks import inbox_findings
from runtime.private_files import KeyFileError
from runtime.servers.read_back import read_back_of
from runtime.temporal.failing_files import FAILING
from runtime.tls.certificate import certificates_at

POLLED = timedelta(seconds=90)
"""An office asks Temporal for work at least once a minute; one that has not for so long is away."""

LIES = timedelta(minutes=1)
"""After so long in a queue a task should have been taken."""

SOON = timedelta(days=30)
"""So long before its end a certificate should be replaced."""

LATE = timedelta(days=2)
"""After so long beyond their age keys should have been replaced: an office looks once an hour, where it runs."""

Found = AsyncIterator[Trouble | Well]


async def offices(installation: Installation) -> Found:
    """Each asks Temporal for work."""
    for agency in installation.with_key:
        where, since = f"office of {agency.slug}", datetime.now(UTC) - POLLED
        polls = [await _queue(installation, agency, kind) for kind in KINDS]
        last = [max(map(_asked, queue.pollers), default=None) for queue in polls]
        working = [sum(_asked(poller) > since for poller in queue.pollers) for queue in polls]
        if not all(working):
            seen = max((one for one in last if one), default=None)
            yield Trouble(where, "is away: nobody works there", f"start it: `keten worker {agency.slug}`", seen)
        else:
            yield Well(
                where, f"works: {working[0]} for decisions, {working[1]} for what follows from them", max(filter(None, last))
            )


async def backlogs(installation: Installation) -> Found:
    """Nothing lies long in the queue of an office."""
    for agency in installation.with_key:
        where = f"queue of {agency.slug}"
        stats = [(await _queue(installation, agency, kind)).stats for kind in KINDS]
        number = sum(one.approximate_backlog_count for one in stats)
        age = max(one.approximate_backlog_age.ToTimedelta() for one in stats)
        if number and age > LIES:
            do = f"look whether the office works and keeps up: start it, or a second one: `keten worker {agency.slug}`"
            yield Trouble(where, f"waiting tasks: about {number}", do, datetime.now(UTC) - age)
        else:
            yield Well(where, f"waiting tasks: about {number}, none for long")


async def inboxes(installation: Installation) -> Found:
    """Each moves, and has room."""
    for agency in installation.with_key:
        found, now = await standing(installation.operator(agency), agency.slug), datetime.now(UTC)
        where, wrong = f"inbox of {agency.slug}", False
        for finding in inbox_findings(found, now):
            wrong = True
            since = next((one.oldest for one in found.senders if one.sender == finding.about), None)
            yield Trouble(where, finding.words, WHAT_TO_DO[finding.code], since)
        if missing := ", ".join(stream.name for stream in found.streams if not stream.there):
            yield Trouble(where, f"is not whole: {missing} is missing", "make it again: `keten provision`")
        elif not wrong:
            waiting, under_way = (sum(getattr(one, name) for one in found.senders) for name in ("waiting", "under_way"))
            yield Well(where, f"moves; events that wait: {waiting}, that are being taken: {under_way}")
        for stream in found.streams:
            if stream.there and not wrong:
                yield Well(f"{stream.name} of {agency.slug}", f"messages: {stream.messages}, {stream.part_full:.0%} of its room")


async def event_keys(installation: Installation) -> Found:
    """Keys for events are replaced in time."""
    age = timedelta(days=installation.settings.key_age)
    for agency in installation.with_key:
        where = f"keys for events of {agency.slug}"
        try:
            old = installation.event_keys.age(agency.slug)
        except (KeyFileError, OSError, LookupError, ValueError):
            yield Trouble(where, "cannot be read", "put them back from the backup, and start again")
            continue
        if old > age + LATE:
            do = f"start the office, which replaces them, or do it now: `keten keys renew {agency.slug}`"
            yield Trouble(where, f"age in days: {old.days}, and they should have been replaced after {age.days}", do)
        else:
            yield Well(where, f"age in days: {old.days}; they are replaced after {age.days}")


async def certificates(installation: Installation) -> Found:
    """None ends soon."""
    now = datetime.now(UTC)
    for agency in installation.with_key:
        where, shown = f"certificate of {agency.slug}", installation.certificates.of(agency.slug)
        if shown is None:
            yield Well(where, "none is used: connections of this installation are without TLS")
            continue
        chain = certificates_at(shown.cert)
        ends = min((one.not_valid_after_utc for one in chain), default=now)
        if ends < now + SOON:
            words = f"ends on {ends.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}" if chain else "is missing, or cannot be read"
            yield Trouble(where, words, "put a new one in its place, signed by the same authority, and start again")
        else:
            yield Well(where, f"is valid until {ends.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}")


async def audit_logs(installation: Installation) -> Found:
    """Each is there, and its heads stand in it; `keten audit verify` recomputes all of it."""
    for agency in installation.with_key:
        yield await asyncio.to_thread(_audit_log, installation, agency.slug)


async def case_keys(installation: Installation) -> Found:
    """They can be read, and the agency's key encrypts and decrypts: without it no file goes on."""
    for agency in installation.with_key:
        await installation.case_keys(agency.slug).try_out()
        yield Well(f"keys of cases of {agency.slug}", "can be read, and what they encrypt can be decrypted")


async def door_of_temporal(installation: Installation) -> Found:
    """Temporal answers, through its gate where there is one, and lets the agency in."""
    for agency in installation.with_key:
        client = await installation.client(agency)
        number = (await client.count_workflows(RUNNING)).count
        yield Well(f"Temporal for {agency.slug}", f"answers; files that are open, or kept: {number}")


async def standing_still(installation: Installation) -> Found:
    """No file does; without naming any, as they are no matter of who looks after machines."""
    for agency in installation.with_key:
        where = f"files of {agency.slug}"
        number = (await (await installation.client(agency)).count_workflows(FAILING)).count
        if number:
            yield Trouble(where, f"files that stand still: {number}", WHAT_TO_DO[AlarmCode.FILE_STUCK])
        else:
            yield Well(where, "none stands still")


async def settings(installation: Installation) -> Found:
    """They are set on the servers as they are wanted, as far as the agency may ask for them itself."""
    for agency in installation.with_key:
        where, client = f"settings of {agency.slug}", await installation.client(agency)
        read = await read_back_of(agency, installation.directory, installation.operator(agency), client)
        wrong = sum(not one.as_wanted for one in read)
        if wrong:
            yield Trouble(
                where, f"not as wanted: {wrong} of {len(read)}", "`keten doctor` says which, `keten provision` sets them"
            )
        else:
            yield Well(where, f"read back, all as wanted: {len(read)}")


KINDS = (TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)


async def _queue(installation: Installation, agency: Agency, kind: "TaskQueueType.ValueType") -> Any:
    client, queue = await installation.client(agency), TaskQueue(name=agency.slug)
    request = DescribeTaskQueueRequest(namespace=agency.namespace, task_queue=queue, task_queue_type=kind, report_stats=True)
    return await client.workflow_service.describe_task_queue(request)


def _asked(poller: Any) -> datetime:
    return poller.last_access_time.ToDatetime(UTC)


def _audit_log(installation: Installation, slug: str) -> Trouble | Well:
    where, log = f"audit log of {slug}", installation.audit(slug)
    if log.store.is_missing:
        if log.head_file.path.exists():
            return Trouble(where, "is gone", "put it back from the backup; until then nothing is read or decided")
        return Well(where, "has no entry yet")
    proof = prove_heads(log, installation.audit_signer(slug))
    if proof.flaws:
        do = f"look at all of it: `keten audit verify --at {slug}`; keep it as it is"
        return Trouble(where, f"is not what was written; faults: {len(proof.flaws)}", do)
    if proof.signed:
        return Well(where, f"entries: {proof.held}; its head is that which was signed on {proof.signed.day}")
    return Well(where, f"entries: {proof.held}; its head was not signed yet")
