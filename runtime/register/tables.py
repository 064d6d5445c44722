"""The tables of the national register. A change here needs a revision in ``runtime/migrations``."""

from sqlalchemy import Boolean, Column, Date, ForeignKeyConstraint, Integer, MetaData, PrimaryKeyConstraint, String, Table

METADATA = MetaData(naming_convention={"pk": "pk_%(table_name)s", "fk": "fk_%(table_name)s_%(referred_table_name)s"})


def _file() -> Column[str]:
    says = "which file, where another agency opened the first one of this reference; else empty"
    return Column("file", String(40), nullable=False, server_default="", comment=says)


PERSON = Table(
    "person",
    METADATA,
    Column("reference", String(25), nullable=False, comment="one reference is one person, until persons are matched"),
    PrimaryKeyConstraint("reference"),
)

REPORT = Table(
    "report",
    METADATA,
    Column("reference", String(25), nullable=False),
    _file(),
    Column("number", Integer, nullable=False, comment="counts the reports of one file, from 1"),
    Column("reported_on", Date, nullable=False),
    Column("reported_by", String(40), nullable=False),
    Column("care_region", String(200)),
    Column("sector", String(40), nullable=False),
    Column("consented", Boolean, nullable=False),
    Column("birth_year", Integer, comment="personal data, as are nationality and gender: empty when registered anonymously"),
    Column("nationality", String(200)),
    Column("gender", String(200)),
    PrimaryKeyConstraint("reference", "file", "number"),
    ForeignKeyConstraint(["reference"], ["person.reference"]),
)

AMENDMENT = Table(
    "amendment",
    METADATA,
    Column("reference", String(25), nullable=False),
    _file(),
    Column("number", Integer, nullable=False, comment="counts the later facts of one file, from 1"),
    Column("recorded_on", Date, nullable=False),
    Column("not_placed", Integer, nullable=False, comment="how often nobody could place the person, so far"),
    Column("outcome", String(40)),
    PrimaryKeyConstraint("reference", "file", "number"),
    ForeignKeyConstraint(["reference"], ["person.reference"]),
)
