"""A case as a picture: whose turn it is, and what happened where."""

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from console.files import Found
from console.screen import left, screen, when
from contracts.views import StoryLine, TrackView

COLOURS = ("cyan", "magenta", "green", "yellow", "blue", "bright_red", "bright_cyan", "bright_magenta")


def draw_case(files: list[Found]) -> None:
    """The state of every file of a case, then the story over all agencies as lanes."""
    screen.print(state_table(files))
    for file in files:
        for words in file.view.alarms:
            screen.print(f"[red]alarm at {file.agency.slug}[/red]: {words}")
    screen.print(story_table(files))


def state_table(files: list[Found]) -> Table:
    """Whose turn since when, until when, and what happens then."""
    table = Table(
        "file", "phase", "whose turn, until when, what then", title=_title(files), title_justify="left", box=SIMPLE_HEAD
    )
    for file in files:
        for track in (file.view.track, *file.view.tracks):
            table.add_row(f"{track.title}\n[dim]at {file.agency.slug}[/dim]", track.phase, _clock(track))
    return table


def _title(files: list[Found]) -> str:
    responsible = next((file.view.responsible for file in files if file.view.kind == "case" and file.view.track.until), None)
    return f"case {files[0].view.reference}" + (f", responsible: {responsible}" if responsible else "")


def _clock(track: TrackView) -> str:
    if track.until is None:
        return f"ended {when(track.since)}"
    lines = [f"[bold]{track.turn}[/bold] ({track.who}), since {when(track.since)}"]
    lines += [
        f"until {when(track.until)}, {left(track.until)}" + (f", [red]reminded {track.reminders}x[/red]" * bool(track.reminders))
    ]
    return "\n".join([*lines, f"then {track.then}"])


def story_table(files: list[Found], title: str | None = None) -> Table:
    """The story in time over all agencies: who told whom, who decided what, which clock ended."""
    colours = {slug: COLOURS[i % len(COLOURS)] for i, slug in enumerate(dict.fromkeys(file.agency.slug for file in files))}
    table = Table("time", "who", "what", title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    lines = sorted(((line, file) for file in files for line in file.view.story), key=lambda pair: pair[0].at)
    for line, file in lines:
        if _also_stands_at_sender(line, file, files):
            continue
        what = Text(_told(line, file), style=colours[file.agency.slug])
        table.add_row(line.at.astimezone().strftime("%H:%M:%S"), Text(file.agency.slug, style=colours[file.agency.slug]), what)
    left_out = sum(file.view.left_out for file in files)
    if left_out:
        table.caption = f"{left_out} older lines stand in the full histories"
    return table


def _also_stands_at_sender(line: StoryLine, file: Found, files: list[Found]) -> bool:
    """What was heard is drawn once, as the arrow of whoever sent it, where that file can be seen."""
    return "to" not in line.facts and any(
        sent.what == line.what and sent.facts.get("to") == file.agency.slug
        for other in files
        if other.agency.slug == line.who
        for sent in other.view.story
    )


def _told(line: StoryLine, file: Found) -> str:
    facts = {name: value for name, value in line.facts.items() if name != "to"}
    words = line.what + (f" ({', '.join(f'{name}={value}' for name, value in facts.items())})" if facts else "")
    if "to" in line.facts:
        return f"──▶ {line.facts['to']}: {words}"
    if line.who != file.agency.slug:
        return f"◀── {line.who}: {words}"
    if line.what.endswith(".clock"):
        return f"⏰  the clock of {line.what.removesuffix('.clock')} ended"
    return f"●   {words}"
