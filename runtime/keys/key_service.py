"""The agency's key at a key service with the transit API of Vault and OpenBao: it encrypts there, and never comes here."""

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hvac  # pyright: ignore[reportMissingTypeStubs]
from hvac.exceptions import InvalidRequest, VaultError  # pyright: ignore[reportMissingTypeStubs]
from requests import RequestException

from runtime.keys.wrapping import Wrapped, WrappedAltered, altered, bound_to
from runtime.private_files import KeyUnavailable, read_private
from runtime.tls.certificates import Tls
from runtime.web_address import stays_here

TIMEOUT = 5
"""Seconds that one answer may take; whoever asked tries again."""
NEVER_RIGHT = re.compile("message authentication failed|invalid ciphertext")
"""What the service says of a text that it did not encrypt, or not with this associated data; anything else may pass."""


class KeyService:
    """The key ``keten-SLUG`` of the service's transit engine; AES-256-GCM is its default.

    The token's policy must allow ``update`` on ``transit/encrypt/keten-SLUG`` and ``transit/decrypt/keten-SLUG``; for a person
    who rotates also on ``transit/keys/keten-SLUG/rotate`` and ``.../config``, and ``read`` on ``transit/keys/keten-SLUG``.

    Args:
        url: Where the service answers.
        token: The file with the token, of mode 0600. It is read at every use, so another program can renew it.
        slug: The agency.
        tls: The certificate that is shown to it, and whom this side believes; None: none, and whom the system believes.
    """

    def __init__(self, url: str, token: Path, slug: str, tls: Tls | None = None) -> None:
        self._url = url
        self._token = token
        self._tls = tls
        self._name = f"keten-{slug}"

    def wrap(self, key: bytes, case: str) -> Wrapped:
        """See ``Wrapping``."""
        answer = self._ask(lambda transit: transit.encrypt_data(self._name, _b64(key), associated_data=_b64(bound_to(case))))
        text: str = answer["ciphertext"]
        return Wrapped(int(text.split(":")[1].removeprefix("v")), text.encode())

    def unwrap(self, wrapped: Wrapped, case: str) -> bytes:
        """See ``Wrapping``."""
        text, associated = wrapped.text.decode(errors="replace"), _b64(bound_to(case))
        try:
            answer = self._ask(lambda transit: transit.decrypt_data(self._name, text, associated_data=associated))
        except KeyUnavailable as error:
            if isinstance(error.__cause__, InvalidRequest) and NEVER_RIGHT.search(str(error.__cause__)):
                raise WrappedAltered(altered(case)) from None
            raise
        return base64.b64decode(answer["plaintext"])

    def add_key(self) -> None:
        """See ``Wrapping``."""
        self._ask(lambda transit: transit.rotate_key(self._name))

    def remove_older_keys(self) -> None:
        """See ``Wrapping``. The service archives them; who may change the key's configuration there could bring them back."""
        newest = self._ask(lambda transit: transit.read_key(self._name))["latest_version"]
        self._ask(lambda transit: transit.update_key_configuration(self._name, min_decryption_version=newest))

    def _ask(self, question: Callable[[Any], Any]) -> dict[str, Any]:
        trust: dict[str, Any] = (
            {"verify": str(self._tls.ca), "cert": (str(self._tls.cert), str(self._tls.key))} if self._tls else {}
        )
        client: Any = hvac.Client(url=self._url, token=read_private(self._token), timeout=TIMEOUT, **trust)
        client.session.trust_env = not stays_here(self._url)
        try:
            answer: Any = question(client.secrets.transit)
        except (VaultError, RequestException) as error:
            raise KeyUnavailable(
                f"the key service did not do what was asked with {self._name} ({type(error).__name__}): does it run, is it "
                f"unsealed, and does the token in {self._token} allow this?"
            ) from error
        return answer["data"] if hasattr(answer, "keys") else {}  # some answers have no content


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode()
