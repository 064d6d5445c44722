"""For whom a service is: data, with its source. It is asked before every offer."""

from collections.abc import Mapping

from contracts.words import Service

ADULTS_ONLY: Mapping[Service, str] = {
    Service.COSM: "POLICY: categorical shelter of victims takes in who is 18 or older (wegwijzermensenhandel.nl)",
    Service.WOMENS_SHELTER: "POLICY: an adult, with or without children (Wmo 2015; wegwijzermensenhandel.nl)",
}
"""Who is, or may be, under 18 is not offered to these; a child goes where its guardian finds a place."""
