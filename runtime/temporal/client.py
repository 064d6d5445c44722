"""Temporal, set once for client, worker and replayer."""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from temporalio.client import Client
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes, PayloadCodec
from temporalio.service import TLSConfig

from runtime.private_files import read_private
from runtime.temporal.converter import OncePayloadConverter
from runtime.tls.certificates import Tls

if TYPE_CHECKING:
    from temporalio.plugin import SimplePlugin
    from temporalio.worker import WorkflowRunner

PATIENCE = 5.0
"""Seconds after which a person's errand is not kept waiting for a Temporal that does not answer; the library waits 30."""

NO_ANSWER = "Temporal does not answer: is it started, and is KETEN_TEMPORAL_ADDRESS right?"
NO_TLS = (
    " Or TLS with it failed: look at the files that KETEN_TLS_CA, KETEN_TLS_CERT and KETEN_TLS_KEY name, or at tls/ in "
    "KETEN_HOME, whether one of them has expired, and whether Temporal speaks TLS."
)
"""The client says the same of a server that refuses a certificate as of one that hangs up."""

VALUES = ("contracts", "activities", "pydantic", "pydantic_core", "holidays", "dateutil", "workflows.engine.calendar")
"""Values and pure functions, which a workflow shares with the process in the sandbox, too; the calendar reads files."""


def converter(codec: PayloadCodec | None = None) -> DataConverter:
    """How data is written: what a client needs; a worker takes it from its client.

    Args:
        codec: What encrypts the data, and with it the words and traces of failures. None: nothing is encrypted.
    """
    clear = DataConverter(payload_converter_class=OncePayloadConverter)
    encrypted = replace(clear, payload_codec=codec, failure_converter_class=DefaultFailureConverterWithEncodedAttributes)
    return encrypted if codec else clear


def plugin(codec: PayloadCodec | None = None, *, strict: bool = False) -> "SimplePlugin":
    """What makes client, worker and replayer agree on how a workflow is run and its data written.

    Args:
        codec: As for ``converter``.
        strict: Run workflows in the sandbox, which loads ``workflows`` anew for every run and refuses what no replay could
            repeat. It took more than half of all processor time, so an office does without; the tests of replay use it, and
            what it would keep apart is proved there to be kept nowhere.
    """
    from temporalio.plugin import SimplePlugin  # noqa: PLC0415 - all of the worker, which a person's command needs never

    def runner(_: "WorkflowRunner | None") -> "WorkflowRunner":
        return _sandbox() if strict else _without_sandbox()

    return SimplePlugin("keten", data_converter=converter(codec), workflow_runner=runner, workflow_failure_exception_types=[])


def _sandbox() -> "WorkflowRunner":
    from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions  # noqa: PLC0415 - as above

    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*VALUES))


def _without_sandbox() -> "WorkflowRunner":
    from temporalio.worker import UnsandboxedWorkflowRunner  # noqa: PLC0415 - as above

    return UnsandboxedWorkflowRunner()


class TemporalUnreachable(ConnectionError):  # noqa: N818 - named as what is the case
    """There is no connection to Temporal; the message says what to look at."""


async def connect(
    address: str, namespace: str, codec: PayloadCodec, tls: Tls | None = None, *, patience: float | None = None
) -> Client:
    """A client in one agency's namespace.

    Args:
        address: ``host:port`` of the frontend.
        namespace: The agency's.
        codec: What encrypts the agency's data.
        tls: The certificate that it shows, and whom it believes; None: no TLS.
        patience: Seconds to wait for an answer; None: as long as the library does.

    Raises:
        TemporalUnreachable: Nobody answers, or not with a certificate that this side believes, or it does not believe ours.
    """
    return await _reach(address, namespace, converter(codec), tls, patience)


def beside(client: Client, namespace: str, codec: PayloadCodec) -> Client:
    """A client in another agency's namespace, over the same connection."""
    return Client(client.service_client, namespace=namespace, data_converter=converter(codec))


async def connect_plainly(address: str, tls: Tls | None = None, *, patience: float = PATIENCE) -> Client:
    """A client that speaks for no agency and reads no payload: for namespaces, and whether the server answers.

    Raises:
        TemporalUnreachable: As for ``connect``.
    """
    return await _reach(address, "default", DataConverter.default, tls, patience)


async def _reach(address: str, namespace: str, written: DataConverter, tls: Tls | None, patience: float | None) -> Client:
    config = _config(tls)
    try:
        async with asyncio.timeout(patience):
            return await Client.connect(address, namespace=namespace, data_converter=written, tls=config)
    except (RuntimeError, TimeoutError) as error:  # the client has no error of its own for it
        raise TemporalUnreachable(NO_ANSWER + (NO_TLS if tls else "")) from error


def _config(tls: Tls | None) -> TLSConfig | bool:
    """The library speaks TLS 1.2 at least, checks the server's name, and believes this authority only."""
    if tls is None:
        return False
    tls.check()
    return TLSConfig(
        server_root_ca_cert=tls.ca.read_bytes(),
        client_cert=tls.cert.read_bytes(),
        client_private_key=read_private(tls.key).encode(),
    )
