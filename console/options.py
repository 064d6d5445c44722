"""What several commands take."""

from typing import Annotated

import typer

REFERENCE = Annotated[str, typer.Argument(help="case reference, as `keten cases` shows it")]
JSON = Annotated[bool, typer.Option("--json", help="as JSON, for programs")]
