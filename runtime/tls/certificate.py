"""X.509 certificates as a test authority makes them: P-256 keys, SHA-256, names as RFC 5280 wants them."""

import contextlib
import ipaddress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from runtime.private_files import read_private, write_once

Key = ec.EllipticCurvePrivateKey
MAY_SIGN = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


class Valid(NamedTuple):
    """From when until when a certificate is valid."""

    begins: datetime
    ends: datetime


class Issuer(NamedTuple):
    """An authority."""

    certificate: x509.Certificate
    key: Key


class Subject(NamedTuple):
    """For whom a certificate is.

    Attributes:
        name: The common name.
        names: Host names and addresses.
        server: Whether a server shows it. A server is a client, too, where it speaks to its like: nodes of the bus, parts of
            Temporal.
    """

    name: str
    names: tuple[str, ...]
    server: bool


def key_at(path: Path) -> Key:
    """The private key in a file of mode 0600; made if there is none.

    Raises:
        KeyFileError: Others can read it.
        ValueError: It is not a key that was made here.
    """
    if not path.exists():
        fresh = ec.generate_private_key(ec.SECP256R1())
        write_once(path, fresh.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii"))
    key = load_pem_private_key(read_private(path).encode(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{path} is not a key that a test authority made: remove it, or ask whoever made it")  # noqa: TRY004
    return key


def certificates_at(path: Path) -> list[x509.Certificate]:
    """The certificates in a file, none where there are none."""
    with contextlib.suppress(FileNotFoundError, ValueError):
        return x509.load_pem_x509_certificates(path.read_bytes())
    return []


def write(path: Path, certificate: x509.Certificate) -> None:
    """Replace a certificate at once; it is no secret."""
    draft = path.with_name(f".{path.name}.new")
    draft.write_bytes(certificate.public_bytes(Encoding.PEM))
    draft.replace(path)


def self_signed(title: str, key: Key, valid: Valid) -> x509.Certificate:
    """The certificate of an authority that certifies nobody who could certify others."""
    return (
        _begun(title, called(title), key, key, valid)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(MAY_SIGN, critical=True)
        .sign(key, hashes.SHA256())
    )


def signed(subject: Subject, key: Key, issuer: Issuer, valid: Valid) -> x509.Certificate:
    """A certificate for the public half of a key."""
    usages = [ExtendedKeyUsageOID.SERVER_AUTH] if subject.server else []
    return (
        _begun(subject.name, issuer.certificate.subject, key, issuer.key, valid)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([_general(word) for word in subject.names]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([*usages, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(issuer.key, hashes.SHA256())
    )


def names_of(certificate: x509.Certificate) -> list[str]:
    """The host names and addresses that it is valid for."""
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(name.value) for name in found]


def is_issued_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """Whether the authority's key signed it."""
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def called(name: str) -> x509.Name:
    """A subject with a common name only."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _begun(name: str, issuer: x509.Name, key: Key, signer: Key, valid: Valid) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(called(name))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid.begins)
        .not_valid_after(valid.ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )


def _general(name: str) -> x509.GeneralName:
    with contextlib.suppress(ValueError):
        return x509.IPAddress(ipaddress.ip_address(name))
    return x509.DNSName(name)
