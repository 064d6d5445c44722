"""The register of processing activities (GDPR art. 30), as far as the catalogue knows it: one per type of event."""

from pathlib import Path

from console.generate.tables import page, table, words
from contracts.catalogue import CATALOGUE
from contracts.commands import COMMANDS
from contracts.event import Event
from contracts.personal import personal_fields
from contracts.processing import ACTIVITIES, DECIDING, DECIDING_FOR, activity_of
from contracts.schemas import data_schema, field

ABOUT = (
    "One processing activity per type of event, and one for what people decide; a new version of a type is a new activity. The "
    "processing log names an activity by the URI that stands here. Every controller adds its own name, "
    "its contact, its security measures and any transfer abroad, and sets the terms of retention, which here are only named. "
    "Every message also carries a pseudonym of the case, which is personal data for whoever can resolve it."
)


def processing_register() -> dict[Path, str]:
    """The register."""
    parts = [*(_entry(event) for event in CATALOGUE.values()), _decisions()]
    return {Path("docs/generated/processing-register.md"): page("Register of processing activities", ABOUT, *parts)}


def _entry(event: type[Event]) -> str:
    rule = event.rule
    rows = [
        ("URI", f"`{activity_of(event)}`"),
        ("what happens", " ".join((event.__doc__ or "").split())),
        ("purpose", rule.purpose),
        ("ground (GDPR art. 6 and 9)", words(rule.grounds)),
        ("data subjects", _subjects(event)),
        ("categories of personal data", _categories(event)),
        ("disclosed by", words(rule.senders)),
        ("recipients", words(rule.recipients)),
        ("term of retention", words([rule.retention])),
    ]
    return f"## {rule.type}\n\n{table(('item', 'entry'), rows)}"


def _decisions() -> str:
    fields = sorted({path for command in COMMANDS.values() for path in personal_fields(command)})
    rows = [
        ("URI", f"`{DECIDING}`"),
        ("what happens", "A person decides about a case, in a file that the agency keeps."),
        ("purpose", DECIDING_FOR),
        ("ground (GDPR art. 6 and 9)", "that of the events from which the file comes, and of those that follow"),
        ("data subjects", "presumed victims and suspects"),
        ("categories of personal data", "<br>".join(f"`{path}`" for path in fields)),
        ("disclosed by", "nobody"),
        ("recipients", "nobody"),
        ("term of retention", "that of the file"),
    ]
    return f"## {DECIDING.removeprefix(ACTIVITIES)}\n\n{table(('item', 'entry'), rows)}"


def _subjects(event: type[Event]) -> str:
    fields = event.personal_fields()
    if not fields:
        return "presumed victims, by the pseudonym of the case only"
    return "presumed victims and suspects" if any(path.endswith("suspect") for path in fields) else "presumed victims"


def _categories(event: type[Event]) -> str:
    schema = data_schema(event)
    return "<br>".join(_category(path, field(schema, path).get("description")) for path in event.personal_fields()) or "none"


def _category(path: str, description: str | None) -> str:
    return f"`{path}`: {description}" if description else f"`{path}`"
