"""The sentences in the source that can reach a person, found by reading it."""

import ast
import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[3]

EVERYTHING: frozenset[str] = frozenset()

SOURCES: dict[str, frozenset[str]] = {
    "workflows/**/*.py": EVERYTHING,
    "contracts/commands.py": EVERYTHING,
    "contracts/by_hand.py": EVERYTHING,
    "contracts/lines.py": EVERYTHING,
    "contracts/text.py": EVERYTHING,
    "contracts/bounds.py": EVERYTHING,
    "contracts/events/*.py": EVERYTHING,
    "contracts/attributes.py": EVERYTHING,
    "contracts/envelope.py": frozenset({"event_class", "refuse_form"}),
    "contracts/extensions.py": EVERYTHING,
    "contracts/strict_json.py": EVERYTHING,
    "contracts/door.py": EVERYTHING,
    "contracts/catalogue.py": frozenset({"known_type"}),
    "activities/erasing.py": EVERYTHING,
    "contracts/orders.py": EVERYTHING,
    "runtime/office/content.py": EVERYTHING,
    "runtime/office/entitled.py": EVERYTHING,
    "runtime/office/held.py": EVERYTHING,
    "workers/office.py": EVERYTHING,
    "runtime/office/deliveries.py": EVERYTHING,
    "workers/looks.py": EVERYTHING,
    "runtime/office/looks.py": EVERYTHING,
    "runtime/bus/inbox.py": EVERYTHING,
    "runtime/bus/seal.py": EVERYTHING,
    "runtime/bus/tries.py": EVERYTHING,
    "runtime/people/people.py": frozenset({"verify", "_moment"}),
    "runtime/keys/signatures.py": frozenset({"claims_of", "kid_of"}),
    "console/files.py": EVERYTHING,
    "console/unknown.py": EVERYTHING,
    "console/corrections.py": frozenset({"_content"}),
    "console/written.py": frozenset({"told_too_much"}),
    "console/deciding.py": EVERYTHING,
    "console/troubles.py": EVERYTHING,
    "console/forms/reading.py": EVERYTHING,
    "console/agency_checks.py": EVERYTHING,
    "console/finding.py": EVERYTHING,
    "console/health.py": EVERYTHING,
    "console/checks.py": frozenset({"disk"}),
    "contracts/alarms.py": EVERYTHING,
}
"""Where sentences are made that a person may read on a page: all of a file, or some functions of it."""

NOT_SAID_IN_CALLS = frozenset(
    {
        *("RuntimeError", "TypeError", "patched", "warning", "info", "error"),  # for whoever repairs the software
        *("ask", "look_up", "list_workflows", "over"),  # summaries in Temporal's UI, a search, a key
        *(
            "_rule",
            "_answer",
            "_to_aid",
            "_to_coordinator",
            "_to_child_protection",
            "_to_investigation",
            "_back",
            "Rule",
        ),  # purposes, for the register of processing
        *("compile", "cast", "removeprefix", "HeaderParameter", "Processing"),
    }
)
NOT_SAID_AS = frozenset({"description", "purpose", "summary", "static_summary", "timeout_summary", "shielded"})
NOT_SAID_IN = {
    ("workflows/engine/table.py", "table"): "a table that is written wrongly is seen by its author",
    ("contracts/lines.py", "in_words"): "a place of its own, the kind `gaps`",
    ("workflows/engine/outbox.py", "_summary"): "for Temporal's UI",
    ("workflows/engine/process.py", "_until_something_stirs"): "for Temporal's UI",
    ("workflows/engine/process.py", "withheld"): "for Temporal's UI",
    ("workflows/engine/shown.py", "_details"): "for Temporal's UI",
    ("contracts/attributes.py", "explained"): "field and sentence: a form shows each by itself",
}
"""Functions whose texts are no sentences for a person, and why."""

NOT_SAID_NAMES = frozenset({"UNDER_INVESTIGATION"})
"""Constants that stand in the catalogue, for the register of processing."""

SENTENCE = re.compile(r"\S \S")


class Sentence(NamedTuple):
    """A text in the source, with `{}` where something stands in it."""

    skeleton: str
    where: str


def sentences() -> list[Sentence]:
    """Every text with a space in it that nothing above leaves out."""
    found: list[Sentence] = []
    for pattern, functions in SOURCES.items():
        paths = sorted(ROOT.glob(pattern))
        assert paths, f"{pattern} is not there any more: correct SOURCES in tests/contracts/texts/sentences.py"
        for path in paths:
            reader = Reader(str(path.relative_to(ROOT)), functions)
            reader.visit(ast.parse(path.read_text(encoding="utf-8")))
            found += reader.found
    return found


def words_alone() -> set[str]:
    """Texts without a space, which are said in a place of a sentence."""
    paths = (path for pattern in SOURCES for path in ROOT.glob(pattern))
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in paths)
    return {
        node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant) if isinstance(node.value, str)
    }


class Reader(ast.NodeVisitor):
    """Reads one file."""

    def __init__(self, path: str, functions: frozenset[str]) -> None:
        self.path = path
        self.functions = functions
        self.inside = not functions
        self.found: list[Sentence] = []

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        if (self.path, node.name) in NOT_SAID_IN:
            return
        before, self.inside = self.inside, self.inside or node.name in self.functions
        for child in [*node.args.defaults, *(one for one in node.args.kw_defaults if one), *node.decorator_list, *node.body]:
            self.visit(child)
        self.inside = before

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring
            self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if not any(isinstance(target, ast.Name) and target.id in NOT_SAID_NAMES for target in node.targets):
            self.visit(node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.visit(node.value)

    def visit_keyword(self, node: ast.keyword) -> None:
        if node.arg not in NOT_SAID_AS:
            self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
        if name in NOT_SAID_IN_CALLS:
            return
        keyed = node.args[1:] if name == "say" and len(node.args) > 1 else node.args
        for child in [node.func, *keyed, *node.keywords]:
            self.visit(child)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.add(node.value, node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self.add("".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values), node)
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def add(self, text: str, node: ast.expr) -> None:
        if self.inside and SENTENCE.search(text) and text.replace("{}", "").strip():
            self.found.append(Sentence(text, f"{self.path}:{node.lineno}"))
