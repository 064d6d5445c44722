"""``keten``: the command line."""

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

app = typer.Typer(
    name="keten",
    help="Referrals between agencies: each case has an owner, a clock and a next step.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
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
