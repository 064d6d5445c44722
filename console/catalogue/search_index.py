"""What the search looks through: a line per page, with the words by which people look for it."""

import json

from markupsafe import Markup

from console.catalogue import entries
from console.catalogue.entries import Catalogue
from console.catalogue.fields import rows
from console.catalogue.spoken import Spoken, capital
from contracts.event import Event
from contracts.refusals import RefusalCode
from contracts.words import AgencyKind


def index_text(catalogue: Catalogue, spoken: Spoken) -> str:
    """The index as a script, so that it opens from a file, too."""
    codes = [*RefusalCode, *(row.code for row in entries.at_the_door()[0])]
    found = [
        *(_event(event, spoken) for event in entries.told(catalogue)),
        *(
            _line(f"kinds/{kind}.html", capital(spoken.kind(kind)), spoken.page("kind.says", kind=spoken.kind(kind)), kind)
            for kind in AgencyKind
        ),
        *(_line(f"refusals.html#{code}", code, _plain(spoken.means(code)), _plain(spoken.remedy(code))) for code in codes),
        _line("attributes.html", spoken.page("attributes.title"), spoken.page("attributes.says"), "envelope cloudevents"),
    ]
    lines = ",\n".join(json.dumps(one) for one in found)
    return f"const KETEN_INDEX = [\n{lines}\n];\n"


def _event(event: type[Event], spoken: Spoken) -> dict[str, str]:
    rule = event.rule
    fields = [f"{row.path} {spoken.label(row.model, row.name)}" for row in rows(event)]
    kinds = [spoken.kind(kind) for kind in entries.in_order(rule.senders | rule.recipients)]
    words = " ".join([rule.type, event.short_name(), event.__name__, _plain(spoken.told(rule.purpose)), *kinds, *fields])
    return _line(f"events/{event.short_name()}.html", spoken.event(event), _plain(spoken.told(event.__doc__ or "")), words)


def _line(at: str, name: str, says: str, words: str) -> dict[str, str]:
    return {"at": at, "name": name, "says": says, "words": words}


def _plain(words: Markup) -> str:
    return words.striptags()
