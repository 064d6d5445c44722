"""``python -m console.generate`` writes; ``--check`` fails on drift or a breaking change; ``--release`` releases the schemas."""

from pathlib import Path

import typer

from console.generate.files import ROOT, drift, write
from console.generate.releases import breaking_changes, write_release

REMEDY = "A breaking change needs a new class with type .v2 and a pure upcast; the old class stays for a while."


def main(check: bool = False, release: bool = False, root: Path = ROOT) -> None:
    """Write the generated files, or check them, or release the schemas of today.

    Args:
        check: Write nothing; exit with 1 when a file differs or a change breaks a released schema.
        release: Write the schemas of today as released; refused when a change breaks the last ones.
        root: The checkout to work in.
    """
    breaking = breaking_changes(root) if check or release else []
    drifted = drift(root) if check else []
    if breaking or drifted:
        _refuse(breaking, drifted)
    if check:
        typer.echo("generated files are as the code says, and no released event is broken")
    else:
        written = write_release(root) if release else write(root)
        typer.echo("\n".join(str(path) for path in written) or "nothing to write: every file is as the code says")


def _refuse(breaking: list[str], drifted: list[str]) -> None:
    for line in (*breaking, *drifted):
        typer.echo(line, err=True)
    if breaking:
        typer.echo(REMEDY, err=True)
    if drifted:
        typer.echo("Generated files differ from the code: run `make generate` and commit them.", err=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
