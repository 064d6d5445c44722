"""What several commands take."""

from typing import Annotated

import typer

REFERENCE = Annotated[str, typer.Argument(help="case reference, as `keten cases` shows it")]
JSON = Annotated[bool, typer.Option("--json", help="as JSON, for programs")]


def safe(value: str) -> str:
    """A value that cannot end the quotes around it in a filter.

    Raises:
        BadParameter: It could.
    """
    if "'" in value or "\\" in value:
        raise typer.BadParameter("a quote or backslash is in no name here")
    return value
