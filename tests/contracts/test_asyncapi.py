"""The rules of AsyncAPI 3.0 that a document of ours could break."""

import json
import re
from typing import Any

import pytest

from console.generate.asyncapi import document
from console.generate.files import HOME, ROOT
from contracts.agencies import read_directory
from contracts.catalogue import CATALOGUE, lanes
from contracts.words import AgencyKind

Node = dict[str, Any]


def resolve(root: Node, reference: str) -> Node:
    place = root
    for step in reference.removeprefix("#/").split("/"):
        place = place[step]
    return place


@pytest.mark.parametrize("kind", AgencyKind)
class TestEveryDocument:
    def test_has_what_the_specification_requires(self, kind: AgencyKind):
        made = document(kind)
        assert made["asyncapi"] == "3.0.0"
        assert made["info"]["title"]
        assert made["info"]["version"]
        assert set(made) <= {"asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations", "components"}

    def test_parameters_are_those_of_the_address(self, kind: AgencyKind):
        for channel in document(kind)["channels"].values():
            assert set(channel["parameters"]) == set(re.findall(r"\{(\w+)\}", channel["address"]))

    def test_operations_point_to_channels_and_messages_of_that_channel(self, kind: AgencyKind):
        made = document(kind)
        for operation in made["operations"].values():
            assert operation["action"] in {"send", "receive"}
            channel = operation["channel"]["$ref"]
            assert resolve(made, channel)
            for message in operation["messages"]:
                assert message["$ref"].startswith(f"{channel}/messages/")
                assert resolve(made, resolve(made, message["$ref"])["$ref"])["payload"]

    def test_payloads_are_the_published_schemas(self, kind: AgencyKind):
        for message in document(kind)["components"]["messages"].values():
            schema = json.loads((ROOT / HOME / "asyncapi" / message["payload"]["$ref"]).read_text())
            assert schema["properties"]["type"]["const"] == message["name"]

    def test_names_are_clean(self, kind: AgencyKind):
        made = document(kind)
        names = [*made["channels"], *made["operations"], *made["components"]["messages"]]
        assert all(re.fullmatch(r"[A-Za-z0-9._-]+", name) for name in names)

    def test_holds_what_the_catalogue_allows_and_nothing_else(self, kind: AgencyKind):
        expected = {f"send.{event.short_name()}" for event in CATALOGUE.values() if kind in event.rule.senders}
        expected |= {f"receive.{event.short_name()}" for event in CATALOGUE.values() if kind in event.rule.recipients}
        assert set(document(kind)["operations"]) == expected


def test_addresses_are_the_subjects_on_the_bus():
    for lane in lanes(read_directory()):
        sends = document(lane.sender.kind)["channels"][f"send.{lane.event.short_name()}"]["address"]
        receives = document(lane.recipient.kind)["channels"][f"receive.{lane.event.short_name()}"]["address"]
        assert sends.format(recipient=lane.recipient.slug) == lane.as_sent
        assert receives.format(sender=lane.sender.slug) == lane.as_received
