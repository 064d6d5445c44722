"""The same event handed in from a terminal and from programs: by their standard libraries, and in Python by ours."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple, cast

from console.catalogue.examples import Json, as_text

WIDTH = 4


class Call(NamedTuple):
    """A way to hand in an event.

    Attributes:
        name: Of the language, as people write it.
        file: How to call the file in which it stands.
        text: To copy.
    """

    name: str
    file: str
    text: str


CURL = """\
curl --fail-with-body --silent --show-error "$POST_OFFICE/v1/events" \\
  --header "Authorization: Bearer $POST_OFFICE_TOKEN" \\
  --header "Content-Type: application/cloudevents+json" \\
  --data-binary @- <<'EVENT'
{event}
EVENT
"""

PYTHON = """\
import os

from keten_client import Client, Draft

event = Draft(
{fields}
)
with Client(os.environ["POST_OFFICE"], os.environ["POST_OFFICE_TOKEN"]) as post_office:
    print(post_office.send(event, wait=10).stage)
"""

NODE = """\
const event = {event};

const answer = await fetch(`${{process.env.POST_OFFICE}}/v1/events`, {{
  method: "POST",
  headers: {{
    "Authorization": `Bearer ${{process.env.POST_OFFICE_TOKEN}}`,
    "Content-Type": "application/cloudevents+json",
  }},
  body: JSON.stringify(event),
}});
if (answer.status !== 202) throw new Error(`${{answer.status}}: ${{await answer.text()}}`);
console.log(answer.headers.get("Location"));
"""

JAVA = """\
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

class Send {{
    public static void main(String[] arguments) throws Exception {{
        String event = \"\"\"
{event}
            \"\"\";
        HttpRequest request = HttpRequest.newBuilder(URI.create(System.getenv("POST_OFFICE") + "/v1/events"))
            .header("Authorization", "Bearer " + System.getenv("POST_OFFICE_TOKEN"))
            .header("Content-Type", "application/cloudevents+json")
            .POST(HttpRequest.BodyPublishers.ofString(event))
            .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 202) throw new RuntimeException(answer.statusCode() + ": " + answer.body());
        System.out.println(answer.headers().firstValue("Location").orElse(""));
    }}
}}
"""

PHP = """\
<?php
$event = <<<'EVENT'
{event}
EVENT;

$context = stream_context_create(['http' => [
    'method' => 'POST',
    'header' => [
        'Authorization: Bearer ' . getenv('POST_OFFICE_TOKEN'),
        'Content-Type: application/cloudevents+json',
    ],
    'content' => $event,
    'ignore_errors' => true,
]]);
$answer = file_get_contents(getenv('POST_OFFICE') . '/v1/events', false, $context);
if (!str_contains($http_response_header[0], ' 202 ')) {{
    throw new RuntimeException($http_response_header[0] . ': ' . $answer);
}}
echo $answer;
"""

CSHARP = """\
using System.Net.Http.Headers;
using System.Text;

var message = \"\"\"
{event}
    \"\"\";

using var http = new HttpClient();
http.DefaultRequestHeaders.Authorization =
    new AuthenticationHeaderValue("Bearer", Environment.GetEnvironmentVariable("POST_OFFICE_TOKEN"));
using var content = new StringContent(message, Encoding.UTF8);
content.Headers.ContentType = new MediaTypeHeaderValue("application/cloudevents+json");
using var answer = await http.PostAsync(Environment.GetEnvironmentVariable("POST_OFFICE") + "/v1/events", content);
if ((int)answer.StatusCode != 202) throw new Exception($"{{answer.StatusCode}}: {{await answer.Content.ReadAsStringAsync()}}");
Console.WriteLine(answer.Headers.Location);
"""


def calls(event: Json) -> list[Call]:
    """Every way to hand in this event."""
    return [Call(name, file, write(event)) for name, file, write in _WAYS]


def reading(event_type: str) -> str:
    """How it is read from the feed, in a terminal."""
    return (
        f'curl --silent "$POST_OFFICE/v1/feed?timeout=30000&type={event_type}" \\\n'
        '  --header "Authorization: Bearer $POST_OFFICE_TOKEN"\n'
    )


def python_value(value: Any, depth: int = 0) -> str:
    """A JSON value as Python writes it, line by line."""
    before, after = " " * WIDTH * (depth + 1), " " * WIDTH * depth
    if isinstance(value, dict) and value:
        fields = cast("Json", value)
        lines = (f"{before}{_text(name)}: {python_value(inner, depth + 1)},\n" for name, inner in fields.items())
        return "{\n" + "".join(lines) + after + "}"
    if isinstance(value, list) and value:
        items = cast("list[Any]", value)
        return "[\n" + "".join(f"{before}{python_value(inner, depth + 1)},\n" for inner in items) + after + "]"
    return _text(value) if isinstance(value, str) else repr(cast("object", value))


def _text(value: str) -> str:
    """In double quotes, as everywhere; the escapes of JSON are those of Python, too."""
    return json.dumps(value, ensure_ascii=False)


def _curl(event: Json) -> str:
    return CURL.format(event=as_text(event))


def _python(event: Json) -> str:
    ours = {name: value for name, value in event.items() if name not in {"specversion", "source"}}
    return PYTHON.format(fields="\n".join(f"{' ' * WIDTH}{name}={python_value(value, 1)}," for name, value in ours.items()))


def _node(event: Json) -> str:
    return NODE.format(event=as_text(event))


def _java(event: Json) -> str:
    return JAVA.format(event=_indented(as_text(event).replace("\\", "\\\\"), 12))


def _php(event: Json) -> str:
    return PHP.format(event=as_text(event))


def _csharp(event: Json) -> str:
    return CSHARP.format(event=_indented(as_text(event), 4))


def _indented(text: str, width: int) -> str:
    return "\n".join(" " * width + line for line in text.splitlines())


_WAYS: tuple[tuple[str, str, Callable[[Json], str]], ...] = (
    ("curl", "send.sh", _curl),
    ("Python", "send.py", _python),
    ("Node.js", "send.mjs", _node),
    ("Java", "Send.java", _java),
    ("PHP", "send.php", _php),
    ("C#", "Program.cs", _csharp),
)
