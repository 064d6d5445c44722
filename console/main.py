"""``keten``: the command line. The module of a command is loaded when that command is used, so that none waits for another's."""

import gc
import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from runtime.process import keep_to_itself, leave

COMMANDS = {
    "up": (
        "servers.up",
        "Start the servers and the offices of all agencies; Ctrl-C stops them. State stays in the home directory.",
    ),
    "demo": ("demo.demo", "Five stories from signal to closure, on real servers, drawn in the terminal."),
    "worker": ("servers.worker", "Run the office of one agency, as a process of its own."),
    "post-office": (
        "post_office.app",
        "Run the post office of one agency: plain HTTP for its own systems, sealed events on the bus; in place of an office.",
    ),
    "provision": (
        "servers.provision",
        "Make keys, streams, namespaces and search attributes on the servers that run; nothing is ever deleted.",
    ),
    "publish": ("publish.publish", "Publish an event, and wait for the receipt or the refusal."),
    "events": ("events.events", "The catalogue: every event, who may send it to whom, on what ground."),
    "catalogue": (
        "catalogue.catalogue",
        "The same as `keten events`; with --html DIR as pages in Dutch and English, which open from a file.",
    ),
    "cases": ("cases.cases", "Files of all agencies that this installation may see, the most urgent first."),
    "case": (
        "case.case",
        "One case: whose turn, since when, until when, what happens then, and the story over all agencies.",
    ),
    "decide": ("decide.decide", "What can be decided now; then decide it. At a terminal what is needed is asked for."),
    "agencies": (
        "agencies.list_agencies",
        "The directory: who takes part, for which place or service, and when they are open.",
    ),
    "coverage": (
        "agencies.coverage",
        "Which municipalities have a coordinator, and which route to CoMensha; all route to somebody.",
    ),
    "dead": ("dead.app", "Events that could not be taken: look, correct, replay."),
    "keys": ("keys.app", "The keys of agencies, which encrypt the keys of their cases."),
    "erase": ("erase.erase", "Erase a case that has ended. One person asks; another, with --confirm, has it done."),
    "access-report": (
        "access_report.access_report",
        "What is held of a case where, and who received what, when, on which ground; each agency shields what the law requires.",
    ),
    "people": ("people.app", "The people of agencies: who works where, with a key of their own."),
    "audit": ("audit.app", "Who did what: the audit logs of agencies."),
    "console": (
        "console.console",
        "The pages for people who handle cases, of the agencies whose keys lie here; in the foreground, Ctrl-C stops it.",
    ),
    "codec-server": ("codec_server.app", "Show people in clear, in the Temporal UI and CLI, what they may read."),
    "temporal-gate": (
        "temporal_gate.temporal_gate",
        "Let each agency into its own namespace at Temporal and nowhere else, in the foreground; Ctrl-C stops it.",
    ),
    "sandbox": (
        "sandbox.app",
        "The whole chain on this machine, for whoever builds an agency's own system: everybody else is invented.",
    ),
    "doctor": (
        "doctor.doctor",
        "Check everything: disk, stores, keys, servers, offices, inboxes, files, and every setting against what is wanted.",
    ),
}
"""Where each stands under ``console.commands``, and what the list of all of them says of it."""


class Later(TyperCommand):
    """A command of which only the words are known until it is used."""

    def __init__(self, name: str, where: str, words: str) -> None:
        super().__init__(name=name, help=words)
        self._where = where

    def loaded(self) -> Any:
        """The command itself."""
        module, _, name = self._where.partition(".")
        gc.disable()  # what is loaded stays: to look again and again for what could go takes a tenth of the time
        found = getattr(import_module(f"console.commands.{module}"), name)
        gc.freeze()
        gc.enable()
        if isinstance(found, typer.Typer):
            return get_group(found)
        alone = typer.Typer(add_completion=False)
        alone.command(name=self.name)(found)
        return get_command(alone)

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Whoever uses a command asks for this first, and gets the context of the command itself."""
        return self.loaded().make_context(*args, **kwargs)


class Commands(TyperGroup):
    """All of them."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, (where, words) in COMMANDS.items():
            self.add_command(Later(name, where, words))


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
    cls=Commands,
    help="Referrals between agencies: each case has an owner, a clock and a next step.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.callback()(keep_to_itself)
