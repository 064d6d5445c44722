"""Which hosts may be called, and at which addresses."""

import pytest

from post_office.webhooks.allowed import Allowed, NotAllowed, Target

LIST = "hooks.example, inside.example=10.1.0.0/16|fd00::/8, 10.2.3.4"


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://hooks.example/a?b=c", Target("hooks.example", 443)),
        ("https://HOOKS.example.:8443/", Target("hooks.example", 8443)),
        ("https://10.2.3.4/", Target("10.2.3.4", 443)),
    ],
)
def test_hosts_on_the_list(url: str, target: Target) -> None:
    assert Allowed.read(LIST).target(url) == target


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/",
        "https://other.example/",
        "https://hooks.example.other.example/",
        "https://user@hooks.example/",
        "https://user:word@hooks.example/",
        "https://hooks.example@other.example/",
        "https://hooks.example/#part",
        "https://hooks.example:0/",
        "https://hooks.example:99999/",
        "https://other.example\\@hooks.example/",
        "https://hooks.example /",
        "https://hooks.example/\n",
        "https://höoks.example/",
        "https:///path",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://2130706433/",
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "",
        "https://hooks.example/" + "a" * 3_000,
    ],
)
def test_urls_that_are_none(url: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        Allowed.read(LIST).target(url)
    assert "example/" not in str(caught.value), "nothing is quoted"


@pytest.mark.parametrize(
    ("host", "address", "allowed"),
    [
        ("hooks.example", "93.184.215.14", True),
        ("hooks.example", "10.9.8.7", True),
        ("hooks.example", "2a01:4f8::1", True),
        ("hooks.example", "127.0.0.1", False),
        ("hooks.example", "::1", False),
        ("hooks.example", "::ffff:127.0.0.1", False),
        ("hooks.example", "::ffff:169.254.169.254", False),
        ("hooks.example", "64:ff9b::7f00:1", False),
        ("hooks.example", "2002:7f00:1::", False),
        ("hooks.example", "169.254.169.254", False),
        ("hooks.example", "fe80::1", False),
        ("hooks.example", "0.0.0.0", False),
        ("hooks.example", "::", False),
        ("hooks.example", "224.0.0.1", False),
        ("hooks.example", "240.0.0.1", False),
        ("hooks.example", "not an address", False),
        ("inside.example", "10.1.2.3", True),
        ("inside.example", "::ffff:10.1.2.3", True),
        ("inside.example", "fd00::7", True),
        ("inside.example", "10.2.0.1", False),
        ("inside.example", "93.184.215.14", False),
        ("other.example", "93.184.215.14", False),
        ("10.2.3.4", "10.2.3.4", True),
    ],
)
def test_addresses(host: str, address: str, allowed: bool) -> None:
    assert Allowed.read(LIST).may_call(host, address) is allowed


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/", "http://localhost/", "http://[::1]:8000/", "https://127.0.0.1/"])
def test_loopback_is_for_development_or_named(url: str) -> None:
    host = Allowed.read("", development=True).target(url).host
    assert Allowed.read("", development=True).may_call(host, "::1" if ":" in host else "127.0.0.1")
    assert not Allowed.read("", development=True).may_call(host, "10.0.0.1"), "localhost that leads elsewhere"
    with pytest.raises(NotAllowed):
        Allowed.read("", development=False).target(url)
    named = Allowed.read("127.0.0.1", development=False)
    assert named.target("https://127.0.0.1/")
    assert named.may_call("127.0.0.1", "127.0.0.1")
    with pytest.raises(NotAllowed):
        named.target("http://127.0.0.1/")


@pytest.mark.parametrize("text", ["*.example", "https://hooks.example", "a@b", "hooks.example=10.1.0.1/16", "=10.0.0.0/8"])
def test_a_setting_that_is_no_list_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="KETEN_WEBHOOK_HOSTS"):
        Allowed.read(text)
