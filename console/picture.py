"""A case as a picture: whose turn it is, and what happened where."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from rich.text import Text

from console.event_names import BY_NOTE
from console.files import Found, Silent
from console.listing import Listing
from console.plain import plain
from console.rows import CLOCK_ENDED
from console.screen import screen, styled
from console.times import left, when
from contracts.counted import counted
from contracts.texts import words
from contracts.views import StoryLine, TrackView

COLOURS = ("cyan", "magenta", "green", "yellow", "blue", "bright_red", "bright_cyan", "bright_magenta")


class Told(NamedTuple):
    """A line of a story, and how often the same clock ended again behind it."""

    line: StoryLine
    file: Found
    times: int = 1
    last: datetime | None = None


def draw_case(files: list[Found], silent: Sequence[Silent] = ()) -> None:
    """The state of every file of a case, what is wrong, then the story over all agencies as lanes."""
    if files:
        screen.print(state_table(files))
    for line in troubles_of(files, silent):
        screen.print(line)
    if files:
        screen.print(story_table(files))


def troubles_of(files: Sequence[Found], silent: Sequence[Silent]) -> list[Text]:
    """What is wrong, and what a person must still acknowledge."""
    lines = [
        styled((f"stands still at {plain(file.agency.slug)}", "red"), f": {plain(trouble.words)}")
        for file in (*files, *silent)
        for trouble in file.troubles
    ]
    for agency, kind, why, _ in silent:
        slug = plain(agency.slug)
        words = f": the {plain(kind)} does not answer ({plain(why)}): does the office of {slug} run?"
        lines.append(styled((f"no answer at {slug}", "red"), words))
    for file in files:
        lines += _alarms_of(file)
    return lines


def _alarms_of(file: Found) -> list[Text]:
    """With the numbers by which they are acknowledged; an office of an earlier version gives none."""
    numbers = [f"alarm {alarm.number}" for alarm in file.view.open_alarms] or ["alarm" for _ in file.view.alarms]
    slug = plain(file.agency.slug)
    return [
        styled((f"{number} at {slug}", "red"), f": {plain(words)}")
        for number, words in zip(numbers, file.view.alarms, strict=True)
    ]


def state_table(files: list[Found]) -> Listing:
    """Whose turn since when, until when, and what happens then."""
    table = Listing("file", "phase", "whose turn, until when, what then", title=_title(files))
    for file in files:
        for track in (file.view.track, *file.view.tracks):
            number = "" if track.number is None else f" {track.number}"
            where = styled(f"{plain(track.title)}{number}\n", (f"at {plain(file.agency.slug)}", "dim"))
            table.add(where, track.phase, _clock(track))
    return table


def _title(files: list[Found]) -> str:
    responsible = next((file.view.responsible for file in files if file.view.kind == "case" and file.view.track.until), None)
    return plain(f"case {files[0].view.reference}" + (f", responsible: {responsible}" if responsible else ""))


def _clock(track: TrackView) -> Text:
    since = when(track.since)
    if track.until is None:
        return styled(f"ended {since}")
    left_now = left(track.until)
    reminded = (f", reminded {track.reminders}x", "red") if track.reminders else ""
    why = words("en").waits(words("en").table(track.title), track.phase)
    return styled(
        (plain(track.turn), "bold"),
        f" ({plain(track.who)}), since {since}\nuntil {when(track.until)}, ",
        (left_now, "red") if left_now == "overdue" else left_now,
        reminded,
        f"\nthen {plain(track.then)}",
        (f"\n{why}", "dim") if why else "",
    )


def story_table(files: list[Found], title: str | None = None) -> Listing:
    """The story in time over all agencies: who told whom, who decided what, which clock ended."""
    colours = {slug: COLOURS[i % len(COLOURS)] for i, slug in enumerate(dict.fromkeys(file.agency.slug for file in files))}
    table = Listing("time", "who", "what", title=title)
    told = [line for file in files for line in _folded(file)]
    for one in sorted(told, key=lambda one: one.line.at):
        if not _also_stands_at_sender(one.line, one.file, files):
            slug = one.file.agency.slug
            table.add(when(one.line.at), Text(plain(slug), style=colours[slug]), Text(_said(one), style=colours[slug]))
    left_out = sum(file.view.left_out for file in files)
    if left_out:
        table.caption = f"in the full histories, older: {counted(left_out, 'line')}"
    return table


def _folded(file: Found) -> list[Told]:
    """A clock that ended again and again, with nothing between, stands once."""
    told: list[Told] = []
    for line in file.view.story:
        before = told[-1] if told else None
        if before and line.what.endswith(CLOCK_ENDED) and line.what == before.line.what and line.who == before.line.who:
            told[-1] = before._replace(times=before.times + 1, last=line.at)
        else:
            told.append(Told(line, file))
    return told


def _also_stands_at_sender(line: StoryLine, file: Found, files: list[Found]) -> bool:
    """What was heard is drawn once, as the arrow of whoever sent it, where that file can be seen."""
    return "to" not in line.facts and any(
        sent.what == line.what and sent.facts.get("to") == file.agency.slug
        for other in files
        if other.agency.slug == line.who
        for sent in other.view.story
    )


def _said(told: Told) -> str:
    line, file = told.line, told.file
    facts = {name: value for name, value in line.facts.items() if name != "to"}
    details = f" ({', '.join(f'{name}={value}' for name, value in facts.items())})" if facts else ""
    words = plain(BY_NOTE.get(line.what, line.what) + details)
    if "to" in line.facts:
        return f"──▶ {plain(line.facts['to'])}: {words}"
    if line.who != file.agency.slug:
        return f"◀── {plain(line.who)}: {words}"
    if line.what.endswith(CLOCK_ENDED):
        return f"⏰  the clock of {plain(line.what.removesuffix(CLOCK_ENDED))} ended{_again(told)}"
    return f"●   {words}"


def _again(told: Told) -> str:
    if told.last is None:
        return ""
    return f": reminded {counted(told.times, 'time')} since {when(told.line.at)}, last at {when(told.last)}"
