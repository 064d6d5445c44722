"""One try, against a real server: whatever an endpoint or DNS does is an answer in words, and leads nowhere else."""

import asyncio
import contextlib
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from post_office.webhooks.allowed import Allowed
from post_office.webhooks.outcomes import Outcome, words_of
from post_office.webhooks.parcels import Parcel
from post_office.webhooks.secrets import new_secret
from post_office.webhooks.sending import MOST_BYTES, Answer, Resolve, Sender, To
from post_office.webhooks.trust import Tls, context
from runtime.private_files import KeyFileError
from runtime.tls.certificate import Issuer, Subject, Valid, key_at, self_signed, signed, write
from tests.post_office.webhooks.office import real
from tests.post_office.webhooks.receiver import Receiver, always, receiver, reply

PARCEL = Parcel("5eed5eed", '{"specversion":"1.0"}', 7)
SECRET = new_secret()


def to(url: str) -> To:
    return To("0123456789abcdef", url, (SECRET,))


def sender(
    hosts: str = "", seconds: float = 5.0, *answers: Sequence[str], tls: Tls | None = None, development: bool = True
) -> Sender:
    """With DNS that gives these answers, one after another."""
    left = list(answers)

    async def resolving(host: str, port: int) -> Sequence[str]:
        return left.pop(0) if left else ["127.0.0.1"]

    allowed = Allowed.read(hosts, development=development)
    return Sender(allowed, real, origin="almere", tls=tls, resolving=resolving, seconds=seconds)


async def sent(there: Receiver, by: Sender | None = None, url: str | None = None) -> Answer:
    by = by or sender()
    try:
        return await by.send(to(url or there.url()), PARCEL)
    finally:
        await by.close()


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_any_2xx_is_taken(status: int) -> None:
    async with receiver(always(status)) as there:
        answer = await sent(there)
    assert (answer.outcome, answer.status) == (Outcome.TAKEN, status)
    there.told[0].verify(SECRET)


@pytest.mark.parametrize("status", [400, 401, 404, 408, 418, 429, 500, 503])
async def test_another_status_is_not(status: int) -> None:
    async with receiver(always(status)) as there:
        answer = await sent(there)
    assert (answer.outcome, answer.status) == (Outcome.STATUS, status)
    assert str(status) in words_of(answer.outcome, answer.status)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_fails_and_is_not_followed(status: int) -> None:
    async with receiver() as elsewhere, receiver(always(status, f"location: {elsewhere.url()}")) as there:
        answer = await sent(there)
    assert answer.outcome is Outcome.REDIRECT
    assert elsewhere.told == []


async def test_silence_ends() -> None:
    async with receiver(lambda _: None) as there:
        answer = await sent(there, sender(seconds=0.3))
    assert answer.outcome is Outcome.TIMEOUT


async def test_headers_that_drip_end_too() -> None:
    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 X\r\n")
        with contextlib.suppress(OSError):
            for _number in range(100):
                writer.write(b"a: b\r\n")
                await writer.drain()
                await asyncio.sleep(0.05)
        writer.write(b"\r\n")
        writer.close()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    by = sender(seconds=0.3)
    answer = await by.send(to(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"), PARCEL)
    await by.close()
    server.close()
    assert answer.outcome is Outcome.TIMEOUT, "although something comes all the time"


async def test_an_endless_answer_is_not_read_to_its_end() -> None:
    sizes: list[int] = []

    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n")
        part, size = b"x" * 65_536, 0
        try:
            while size < 64 * 1024**2:
                writer.write(b"%x\r\n%b\r\n" % (len(part), part))
                await writer.drain()
                size += len(part)
        except OSError:
            pass
        sizes.append(size)
        writer.close()

    server = await asyncio.start_server(pour, "127.0.0.1", 0)
    by = sender()
    answer = await by.send(to(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"), PARCEL)
    await by.close()
    server.close()
    assert answer.outcome is Outcome.TAKEN, "the status was heard"
    while not sizes:
        await asyncio.sleep(0.01)
    assert sizes[0] < 64 * 1024**2
    assert MOST_BYTES < 1024**2


async def test_what_is_not_http_is_an_answer() -> None:
    async with receiver(lambda _: b"SSH-2.0 hello there\r\n\r\n") as there:
        assert (await sent(there)).outcome is Outcome.BROKEN


async def test_nobody_listens() -> None:
    async with receiver() as there:
        url = there.url()
    assert (await sent(there, url=url)).outcome is Outcome.CONNECT


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [("900", 900), ("1", 5), ("0", 5), ("-3", None), ("soon", None), ("999999999", 86_400), ("9" * 200, None)],
)
async def test_retry_after_is_obeyed_within_bounds(headers: str, seconds: int | None) -> None:
    async with receiver(always(503, f"retry-after: {headers}")) as there:
        answer = await sent(there)
    assert answer.retry_after == (None if seconds is None else timedelta(seconds=seconds))


async def test_retry_after_may_be_a_date_and_a_clock_that_is_off_is_seen() -> None:
    there_now = datetime.now(UTC) + timedelta(minutes=20)
    date = there_now.strftime("%a, %d %b %Y %H:%M:%S GMT")
    async with receiver(always(503, f"retry-after: {date}", f"date: {date}")) as there:
        answer = await sent(there)
    assert answer.retry_after is not None
    assert timedelta(minutes=19) < answer.retry_after <= timedelta(minutes=20)
    assert answer.skew is not None
    assert timedelta(minutes=19) < answer.skew <= timedelta(minutes=20)


@pytest.mark.parametrize("development", [True, False])
async def test_a_host_that_is_not_on_the_list_is_not_called(development: bool) -> None:
    async with receiver() as there:
        by = sender(development=development)
        assert (await sent(there, by, there.url("elsewhere.example", "https"))).outcome is Outcome.HOST
        assert there.told == []


async def test_a_name_that_dns_leads_elsewhere_since_is_called_nowhere() -> None:
    """Rebinding: the first answer of DNS is allowed, the next is an address inside; the real server listens on both."""
    async with receiver() as there:
        by = sender("hooks.example=127.0.0.2/32", 5.0, ["127.0.0.2"], ["127.0.0.1"], ["127.0.0.2", "127.0.0.1"])
        url = there.url("hooks.example", "https")
        assert (await by.send(to(url), PARCEL)).outcome in {Outcome.CONNECT, Outcome.TLS}, "this one was allowed"
        assert (await by.send(to(url), PARCEL)).outcome is Outcome.ADDRESS
        assert (await by.send(to(url), PARCEL)).outcome is Outcome.ADDRESS, "one among several is enough"
        await by.close()
        assert there.told == []


async def test_the_address_that_was_checked_is_the_one_that_is_called() -> None:
    """The name is one that this machine's own DNS does not know: who asked twice would be nowhere."""
    async with receiver() as there:
        by = sender("localhost=127.0.0.0/8", 5.0, ["127.0.0.1"])
        answer = await sent(there, by, there.url("localhost"))
        assert answer.outcome is Outcome.TAKEN
        assert there.told[0].headers["host"] == f"localhost:{there.port}"
    async with receiver() as there:
        by = Sender(Allowed.read("", development=True), real, origin="a", resolving=_to("127.0.0.9"), seconds=2.0)
        assert (await sent(there, by, there.url("localhost"))).outcome is Outcome.CONNECT, "not where the name really leads"


def _to(address: str) -> Resolve:
    async def resolving(_: str, __: int) -> Sequence[str]:
        return [address]

    return resolving


async def test_dns_that_knows_no_such_name() -> None:
    async def resolving(_: str, __: int) -> list[str]:
        raise OSError

    by = Sender(Allowed.read("hooks.example"), real, origin="a", resolving=resolving)
    async with receiver() as there:
        assert (await sent(there, by, "https://hooks.example/")).outcome is Outcome.NAME


class Authority:
    """A private one, and what it issues."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder, self._key, now = folder, key_at(folder / "ca.key"), datetime.now(UTC)
        certificate = self_signed("a private authority", self._key, Valid(now - timedelta(days=1), now + timedelta(days=1)))
        self._issuer = Issuer(certificate, self._key)
        self.ca = folder / "ca.crt"
        write(self.ca, certificate)

    def issue(self, name: str, *, days: float = 1, server: bool = True) -> Tls:
        key, now = self._folder / f"{name}.key", datetime.now(UTC)
        valid = Valid(now - timedelta(days=10), now + timedelta(days=days))
        cert = self._folder / f"{name}.crt"
        write(cert, signed(Subject(name, (name,), server), key_at(key), self._issuer, valid))
        return Tls(self.ca, cert, key)

    def server(self, name: str, *, days: float = 1, wants: bool = False) -> ssl.SSLContext:
        files, made = self.issue(name, days=days), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=self.ca)
        assert files.cert
        made.load_cert_chain(files.cert, files.key)
        made.verify_mode = ssl.CERT_REQUIRED if wants else ssl.CERT_NONE
        return made


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


async def over_tls(server: ssl.SSLContext, tls: Tls | None) -> tuple[Answer, Receiver]:
    async with receiver(context=server) as there:
        by = sender("hooks.example=127.0.0.0/8", tls=tls, development=False)
        return await sent(there, by, there.url("hooks.example", "https")), there


async def test_a_private_authority_and_a_client_certificate(authority: Authority) -> None:
    client = authority.issue("post-office", server=False)
    answer, there = await over_tls(authority.server("hooks.example", wants=True), client)
    assert answer.outcome is Outcome.TAKEN
    assert there.told[0].headers["host"] == f"hooks.example:{there.port}"
    answer, _ = await over_tls(authority.server("hooks.example", wants=True), Tls(authority.ca))
    assert answer.outcome in {Outcome.TLS, Outcome.BROKEN}, "who shows none is not let in"


async def test_certificates_that_are_wrong_are_named(authority: Authority, tmp_path: Path) -> None:
    believed = Tls(authority.ca)
    assert (await over_tls(authority.server("other.example"), believed))[0].outcome is Outcome.TLS_NAME
    assert (await over_tls(authority.server("hooks.example", days=-1), believed))[0].outcome is Outcome.TLS_EXPIRED
    strange = Authority(tmp_path / "strange")
    answer, there = await over_tls(strange.server("hooks.example"), believed)
    assert answer.outcome is Outcome.TLS_AUTHORITY
    assert there.told == []
    assert (await over_tls(authority.server("hooks.example"), None))[0].outcome is Outcome.TLS_AUTHORITY


async def test_plain_http_where_tls_is_wanted(authority: Authority) -> None:
    async with receiver() as there:
        by = sender("hooks.example=127.0.0.0/8", tls=Tls(authority.ca), development=False)
        assert (await sent(there, by, there.url("hooks.example", "https"))).outcome is Outcome.TLS


def test_files_for_tls_are_looked_at_before_anything_is_called(authority: Authority, tmp_path: Path) -> None:
    files = authority.issue("post-office", server=False)
    with pytest.raises(KeyFileError, match="both or none"):
        context(Tls(authority.ca, files.cert))
    with pytest.raises(KeyFileError, match="missing"):
        context(Tls(tmp_path / "nowhere.crt"))
    assert files.key
    files.key.chmod(0o644)
    with pytest.raises(KeyFileError, match="chmod 600"):
        context(files)
    (tmp_path / "no.pem").write_text("nothing")
    with pytest.raises(KeyFileError, match="not what TLS needs"):
        context(Tls(tmp_path / "no.pem"))


async def test_a_connection_is_used_again_and_each_try_is_signed_anew() -> None:
    async with receiver(lambda _: reply(200)) as there:
        by = sender()
        for _ in range(3):
            assert (await by.send(to(there.url()), PARCEL)).outcome is Outcome.TAKEN
        await by.close()
        assert there.connections == 1
    assert {told.id for told in there.told} == {PARCEL.id}
    for told in there.told:
        told.verify(SECRET)


async def test_no_proxy_of_the_environment_sees_what_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiver() as proxy, receiver() as there:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url())
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("no_proxy", "")
        assert (await sent(there)).outcome is Outcome.TAKEN
        assert proxy.told == []


def test_what_is_secret_is_not_written_by_accident() -> None:
    assert SECRET not in repr(to("https://hooks.example/secret-path"))
    assert "secret-path" not in repr(to("https://hooks.example/secret-path"))
