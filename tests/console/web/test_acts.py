"""Whatever is written into an audit log has words, in both languages."""

import ast
from pathlib import Path
from typing import Any

import pytest

import console
import workers
from console.dead_codes import Dismissal
from console.web.acts import ACTS, FLAWS, OUTCOMES, act, outcome, thing
from console.web.spoken import spoken
from contracts.catalogue import BY_SHORT_NAME
from contracts.commands import COMMANDS
from contracts.event import File
from contracts.texts import LANGUAGES, Language
from runtime.audit.entry import Action, Outcome
from runtime.audit.tampering import Kind

MADE = {
    "row.kind": list(File),
    "named.kind": list(File),
    "name.split('-')[0]": list(File),
    "f'{kind}.content'": [f"{kind}.content" for kind in File],
    "command": list(COMMANDS),
    "what": ["deliveries", "consents", "knew"],
    "why": ["lock", "other_login", "not_listed"],
    "message.event_class.short_name()": list(BY_SHORT_NAME),
    "AccessAsked.short_name()": ["disclosures.requested.v1"],
    "f'person:{name}'": ["person:c-17"],
    "f'token:{checked(name)}'": ["token:case-system"],
    "f'dead_letter:{number}'": ["dead_letter:7"],
    "f'dead_letter:{number}:corrected'": ["dead_letter:7:corrected"],
    "f'dead_letter:{number}:withdrawn'": ["dead_letter:7:withdrawn"],
    "f'dead_letter:{number}:{why}'": [f"dead_letter:7:{why}" for why in Dismissal],
    "f'dead_letter:{number}{because}'": ["dead_letter:7", *(f"dead_letter:7:{why}" for why in Dismissal)],
    "f'dead_letters:{installation.directory.get(of).slug}{because}'": [f"dead_letters:signal-desk:{why}" for why in Dismissal],
    "f'dead_letters:{installation.directory.get(of).slug}'": ["dead_letters:signal-desk"],
    "f\"dead_letter:{number}{(':corrected' if corrected else '')}\"": ["dead_letter:7", "dead_letter:7:corrected"],
    "f\"loss:{store.replace('/', ':')}\"": ["loss:audit:almere"],
    "f'payloads:{count}'": ["payloads:12"],
}
"""What is put together when it is written, and what may come of it."""
PASSED_ON = {("console/witness.py", "what")}
"""Where a witness writes what it was given."""


def called(node: ast.AST) -> ast.expr | None:
    """What a call writes down; None where it is no such call."""
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Name) and node.func.id == "Act":
        return next((keyword.value for keyword in node.keywords if keyword.arg == "object"), None)
    if not isinstance(node.func, ast.Attribute):
        return None
    whose = ast.unparse(node.func.value)
    if not (whose.endswith("witness") or whose == "self") or node.func.attr not in {"read", "note", "act"}:
        return None
    place = 1 if node.func.attr == "read" else 2
    return node.args[place] if len(node.args) > place else None


def meant(tree: ast.AST, what: ast.expr) -> list[ast.expr]:
    """What stands there: a name is followed to what it is set to, and an either-or to both."""
    if isinstance(what, ast.IfExp):
        return [*meant(tree, what.body), *meant(tree, what.orelse)]
    if isinstance(what, ast.Name):
        set_to = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == [what.id]
        ]
        return [one for value in set_to for one in meant(tree, value)] or [what]
    return [what]


def everything_written() -> dict[str, list[str]]:
    """For each place in the sources where something is written down, what that may be."""
    root = Path(console.__file__).parents[1]
    found: dict[str, list[str]] = {}
    for room in (console, workers):
        for path in sorted(Path(str(room.__file__)).parent.rglob("*.py")):
            tree, name = ast.parse(path.read_text(encoding="utf-8")), str(path.relative_to(root))
            for node in ast.walk(tree):
                if (what := called(node)) is None or (name, ast.unparse(what)) in PASSED_ON:
                    continue
                for one in meant(tree, what):
                    key = f"{name}:{one.lineno}: {ast.unparse(one)}"
                    found[key] = [one.value] if isinstance(one, ast.Constant) else list(MADE.get(ast.unparse(one), ["?"]))  # type: ignore[list-item]
    return found


def test_the_sources_are_read() -> None:
    written = everything_written()
    every = {what for those in written.values() for what in those}
    assert len(written) >= 20
    assert {
        "cases",
        "dead_letters",
        "audit_log",
        "servers",
        "wrapping_key",
        "person:c-17",
        "accept_case",
        "case.content",
    } <= every


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_is_written_has_words(language: Language) -> None:
    words: Any = spoken(language)
    for place, may_be in everything_written().items():
        for what in may_be:
            said = thing(words, what)
            assert what != "?", f"{place}: say in MADE what this may be"
            assert said != what or what in {*File, "servers"}, f"{place}: {what!r} has no words; add them to console/web/acts.py"
            assert "_" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_act_every_outcome_and_every_flaw_has_words(language: Language) -> None:
    words: Any = spoken(language)
    assert set(ACTS) == set(Action)
    assert set(OUTCOMES) == set(Outcome)
    assert set(FLAWS) == set(Kind)
    said = [act(words, action) for action in Action]
    assert len(set(said)) == len(said), "no two kinds of act are called the same"
    assert all(outcome(words, how) for how in Outcome)
    assert all(words.page(key, number=7) for key in FLAWS.values())


def test_what_has_no_words_is_shown_as_it_is() -> None:
    words: Any = spoken("nl")
    assert (act(words, "dance"), outcome(words, "perhaps"), thing(words, "moon:3"), thing(words, None)) == (
        "dance",
        "perhaps",
        "moon:3",
        "",
    )


def test_a_number_and_a_name_stand_in_their_words() -> None:
    words: Any = spoken("en")
    assert thing(words, "dead_letter:418:corrected") == "event 418 that could not be taken, corrected"
    assert thing(words, "person:c-18") == "c-18"
    assert thing(words, "case.content") == "content of case"
    assert thing(words, "signals.reported.v1") == words.part("SignalReported")
