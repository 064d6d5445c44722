"""Whom the post office believes when it calls an endpoint, and what it shows there."""

import ssl
from pathlib import Path
from typing import NamedTuple

from runtime.private_files import KeyFileError, read_private


class Tls(NamedTuple):
    """PEM files.

    Attributes:
        ca: The authorities that are believed, and nobody else; None: those of the system.
        cert: What is shown where an endpoint asks for a certificate; None: nothing.
        key: Its private key, of mode 0600.
    """

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None


def context(tls: Tls | None) -> ssl.SSLContext:
    """For calling endpoints: TLS 1.2 at least, the other side's name is checked.

    Args:
        tls: The files; None: the authorities of the system, and no certificate of our own.

    Raises:
        KeyFileError: A file is missing, open to others, or not what it should be.
    """
    tls = tls or Tls()
    if (tls.cert is None) != (tls.key is None):
        raise KeyFileError("a certificate needs its private key: KETEN_WEBHOOK_CERT and KETEN_WEBHOOK_KEY, both or none")
    for path in tls:
        if path is not None and not path.is_file():
            raise KeyFileError(f"{path} is missing: put the file there, or take it out of the settings of webhooks")
    try:
        made = ssl.create_default_context(cafile=tls.ca)
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        if tls.cert and tls.key:
            read_private(tls.key)
            made.load_cert_chain(tls.cert, tls.key)
    except ssl.SSLError as error:
        raise KeyFileError(f"the files for calling webhooks are not what TLS needs ({error.reason or 'not PEM'})") from None
    return made
