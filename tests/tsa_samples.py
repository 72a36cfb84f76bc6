"""A time-stamping authority (RFC 3161) of our own: throw-away keys, DER written by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from httpd import response

WHEN = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
REPLY = "application/timestamp-reply"


def der(tag: int, *parts: bytes) -> bytes:
    """One DER value (X.690) of these contents."""
    content = b"".join(parts)
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def sequence(*parts: bytes) -> bytes:
    return der(0x30, *parts)


def integer(value: int) -> bytes:
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(dotted: str) -> bytes:
    first, second, *rest = (int(part) for part in dotted.split("."))
    out = [bytes([40 * first + second])]
    for part in rest:
        digits = [part & 0x7F]
        while part := part >> 7:
            digits.append(0x80 | (part & 0x7F))
        out.append(bytes(reversed(digits)))
    return der(0x06, *out)


SHA256 = sequence(oid("2.16.840.1.101.3.4.2.1"), der(0x05))
ECDSA_SHA256 = sequence(oid("1.2.840.10045.4.3.2"))
TST_INFO = "1.2.840.113549.1.9.16.1.4"


def children(value: bytes) -> Iterable[tuple[int, bytes]]:
    """Tags and contents inside one DER value."""
    _, content, _ = _one(value)
    while content:
        tag, inner, rest = _one(content)
        yield tag, inner
        content = rest


def _one(raw: bytes) -> tuple[int, bytes, bytes]:
    tag, size, start = raw[0], raw[1], 2
    if size & 0x80:
        count = size & 0x7F
        size, start = int.from_bytes(raw[2 : 2 + count], "big"), 2 + count
    return tag, raw[start : start + size], raw[start + size :]


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


@dataclass
class Authority:
    """A root, and under it a certificate that may sign time stamps."""

    when: datetime = WHEN

    def __post_init__(self) -> None:
        self.root_key = ec.generate_private_key(ec.SECP256R1())
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.root = self._certificate("Root of a test", "Root of a test", self.root_key, ca=True)
        self.certificate = self._certificate("Stamps of a test", "Root of a test", self.key)

    def _certificate(
        self, subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, *, ca: bool = False
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(subject))
            .issuer_name(_name(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.when - timedelta(days=30))
            .not_valid_after(self.when + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.root_key.public_key()),
                critical=False,
            )
            .add_extension(
                x509.KeyUsage(
                    digital_signature=not ca, content_commitment=False, key_encipherment=False,
                    data_encipherment=False, key_agreement=False, key_cert_sign=ca, crl_sign=ca,
                    encipher_only=False, decipher_only=False,
                ),
                critical=True,
            )
        )  # fmt: skip
        if not ca:
            usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(usage, critical=True)
        return builder.sign(self.root_key, hashes.SHA256())

    @property
    def pem(self) -> bytes:
        return self.root.public_bytes(serialization.Encoding.PEM)

    def answer(self, request: bytes, *, imprint: bytes | None = None, status: int = 0) -> bytes:
        """The TimeStampResp to a TimeStampReq; ``imprint`` in place of the one asked for."""
        parts = list(children(request))
        asked = next(content for tag, content in parts if tag == 0x30)
        digest = list(children(der(0x30, asked)))[1][1]
        integers = [content for tag, content in parts if tag == 0x02]
        nonce = der(0x02, integers[1]) if len(integers) > 1 else b""
        if status:
            return sequence(sequence(integer(status)))
        told = sequence(
            integer(1),
            oid("1.2.3.4"),
            sequence(SHA256, der(0x04, imprint or digest)),
            integer(7),
            der(0x18, self.when.strftime("%Y%m%d%H%M%SZ").encode()),
            nonce,
        )
        return sequence(sequence(integer(0)), self._signed(told))

    def _signed(self, told: bytes) -> bytes:
        certificate = self.certificate.public_bytes(serialization.Encoding.DER)
        hashed = der(0x04, hashlib.sha256(certificate).digest())
        attributes = [
            sequence(oid("1.2.840.113549.1.9.3"), der(0x31, oid(TST_INFO))),
            sequence(
                oid("1.2.840.113549.1.9.4"), der(0x31, der(0x04, hashlib.sha256(told).digest()))
            ),
            # signingCertificateV2 (RFC 5035), which openssl asks for
            sequence(
                oid("1.2.840.113549.1.9.16.2.47"), der(0x31, sequence(sequence(sequence(hashed))))
            ),
        ]
        inside = b"".join(sorted(attributes))
        signature = self.key.sign(der(0x31, inside), ec.ECDSA(hashes.SHA256()))
        issuer = self.certificate.issuer.public_bytes()
        signer = sequence(
            integer(1),
            sequence(issuer, integer(self.certificate.serial_number)),
            SHA256,
            der(0xA0, inside),
            ECDSA_SHA256,
            der(0x04, signature),
        )
        data = sequence(
            integer(3),
            der(0x31, SHA256),
            sequence(oid(TST_INFO), der(0xA0, der(0x04, told))),
            der(0xA0, certificate),
            der(0x31, signer),
        )
        return sequence(oid("1.2.840.113549.1.7.2"), der(0xA0, data))

    def serve(self, request: bytes) -> Iterable[bytes]:
        """A script for ``httpd.Server``: the whole request in, the response out."""
        yield response(self.answer(request.partition(b"\r\n\r\n")[2]), kind=REPLY)
