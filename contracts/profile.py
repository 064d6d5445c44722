"""What an offer says of a person: codes only, so that nobody is offered by name. ``unknown`` is an answer to each of them."""

from enum import StrEnum

from pydantic import Field

from contracts.bounds import Day
from contracts.text import Model


class Sex(StrEnum):
    """For whom a place must be fit."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class AgeBand(StrEnum):
    """An age without a birthday; the Youth Act has borders at 12, 16 and 18. Some say less: under 16, or perhaps under 18."""

    UNDER_12 = "under_12"
    UNDER_16 = "under_16"
    FROM_12 = "from_12"
    FROM_16 = "from_16"
    PERHAPS_UNDER_18 = "perhaps_under_18"
    FROM_18 = "from_18"
    FROM_23 = "from_23"
    FROM_40 = "from_40"
    FROM_65 = "from_65"
    UNKNOWN = "unknown"


class ChildAge(StrEnum):
    """What a child needs of a place."""

    UNDER_4 = "under_4"
    FROM_4 = "from_4"
    FROM_12 = "from_12"


class Answer(StrEnum):
    """Yes, no, or not known."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Mobility(StrEnum):
    """What a building must allow."""

    WALKS = "walks"
    NO_STAIRS = "no_stairs"
    WHEELCHAIR = "wheelchair"
    BEDRIDDEN = "bedridden"
    UNKNOWN = "unknown"


class Health(StrEnum):
    """What care a place must be able to give or to reach; never a diagnosis."""

    INJURY = "injury"
    CHRONIC = "chronic"
    INFECTIOUS = "infectious"
    MEDICATION = "medication"
    DAILY_CARE = "daily_care"
    PSYCHIATRIC = "psychiatric"
    SUICIDAL = "suicidal"
    ADDICTION = "addiction"
    LEARNING_DISABILITY = "learning_disability"


class Residence(StrEnum):
    """The right of residence: it decides who pays, and so which shelter is possible."""

    DUTCH = "dutch"
    EU = "eu"
    EU_WITHOUT_RIGHTS = "eu_without_rights"
    PERMIT = "permit"
    REFLECTION = "reflection"
    APPLIED = "applied"
    TALK_PLANNED = "talk_planned"
    ASYLUM = "asylum"
    NO_RIGHT = "no_right"
    UNKNOWN = "unknown"


class Security(StrEnum):
    """How well a place must be guarded."""

    LEVEL_1 = "level_1"
    LEVEL_2 = "level_2"
    LEVEL_3 = "level_3"
    UNKNOWN = "unknown"


class Province(StrEnum):
    """Where a place must not be: a whole province, so that it does not say where the person was."""

    DRENTHE = "drenthe"
    FLEVOLAND = "flevoland"
    FRIESLAND = "friesland"
    GELDERLAND = "gelderland"
    GRONINGEN = "groningen"
    LIMBURG = "limburg"
    NOORD_BRABANT = "noord_brabant"
    NOORD_HOLLAND = "noord_holland"
    OVERIJSSEL = "overijssel"
    UTRECHT = "utrecht"
    ZEELAND = "zeeland"
    ZUID_HOLLAND = "zuid_holland"


class Language(StrEnum):
    """Languages that interpreters are asked for, by ISO 639; a rare one is ``other``, or it would name the person."""

    DUTCH = "nl"
    ENGLISH = "en"
    ALBANIAN = "sq"
    AMHARIC = "am"
    ARABIC = "ar"
    BENGALI = "bn"
    BULGARIAN = "bg"
    CHINESE = "zh"
    FRENCH = "fr"
    GERMAN = "de"
    HINDI = "hi"
    HUNGARIAN = "hu"
    INDONESIAN = "id"
    PERSIAN = "fa"
    POLISH = "pl"
    PORTUGUESE = "pt"
    ROMANIAN = "ro"
    RUSSIAN = "ru"
    SOMALI = "so"
    SPANISH = "es"
    SWAHILI = "sw"
    TAGALOG = "tl"
    TAMIL = "ta"
    THAI = "th"
    TIGRINYA = "ti"
    TURKISH = "tr"
    UKRAINIAN = "uk"
    URDU = "ur"
    VIETNAMESE = "vi"
    OTHER = "other"


class Profile(Model):
    """Who needs help, in codes: enough for an intake desk to decide, too little to know who it is."""

    sex: Sex = Sex.UNKNOWN
    age: AgeBand = AgeBand.UNKNOWN
    child_ages: tuple[ChildAge, ...] = Field(default=(), max_length=3, description="in which age bands there are children")
    languages: tuple[Language, ...] = Field(
        default=(), max_length=3, description="in which languages one can talk; empty: unknown"
    )
    pregnant: Answer = Answer.UNKNOWN
    mobility: Mobility = Mobility.UNKNOWN
    health: tuple[Health, ...] = Field(default=(), max_length=5, description="what care a place must give; empty: unknown")
    residence: Residence = Residence.UNKNOWN
    security: Security = Security.UNKNOWN
    avoid: tuple[Province, ...] = Field(default=(), max_length=3, description="provinces where a place would not be safe")
    needed_from: Day | None = Field(default=None, description="from which day; empty: now")
