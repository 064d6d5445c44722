"""``keten``: the command line."""

import sys
from typing import Any

import typer

from console.commands import (
    access_report,
    agencies,
    audit,
    cases,
    codec_server,
    dead,
    decide,
    demo,
    doctor,
    erase,
    events,
    keys,
    people,
    publish,
    servers,
    temporal_gate,
)
from runtime.process import keep_to_itself, leave


class CommandLine(typer.Typer):
    """Ends the process as soon as a command has ended."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """See ``runtime.process.leave``."""
        try:
            super().__call__(*args, **kwargs)
        except SystemExit as ended:
            leave(ended.code)
        except BaseException as error:
            sys.excepthook(type(error), error, error.__traceback__)
            leave(1)


app = CommandLine(
    name="keten",
    help="Referrals between agencies: each case has an owner, a clock and a next step.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.callback()(keep_to_itself)
app.command()(servers.up)
app.command()(demo.demo)
app.command()(servers.worker)
app.command()(servers.provision)
app.command()(publish.publish)
app.command()(events.events)
app.command()(cases.cases)
app.command()(cases.case)
app.command()(decide.decide)
app.command(name="agencies")(agencies.list_agencies)
app.command()(agencies.coverage)
app.add_typer(dead.app, name="dead")
app.add_typer(keys.app, name="keys")
app.command()(erase.erase)
app.command()(access_report.access_report)
app.add_typer(people.app, name="people")
app.add_typer(audit.app, name="audit")
app.add_typer(codec_server.app, name="codec-server")
app.command()(temporal_gate.temporal_gate)
app.command()(doctor.doctor)
