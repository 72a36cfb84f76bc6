"""Time stamps by RFC 3161: somebody else's word that the manifest was there at a time.

The only importer of rfc3161-client and cryptography, which come with the extra ``evidence``.
"""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import UTC, datetime
from typing import Any

from provenance.config import LIMITS
from provenance.errors import FetchError, ReadError, UsageError
from provenance.evidence.recompute import Check
from provenance.fetch.post import post

#: RFC 3161 §3.4.
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
#: Bytes of an answer: a chain of certificates makes some ten thousand.
MAX_ANSWER = 1_000_000

_LIMITS = dataclasses.replace(LIMITS, max_body=MAX_ANSWER)
# RFC 8017 appendix B.1.
_HASHES = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_HINT = "Install it: pip install 'article-provenance[evidence]'"


def _library() -> Any:
    """rfc3161-client. Raises UsageError when it is not installed."""
    try:
        import rfc3161_client
    except ImportError:
        raise UsageError("rfc3161-client is not installed", hint=_HINT) from None
    return rfc3161_client


def require() -> None:
    """Raise UsageError when time stamps can't be asked for."""
    _library()


def ask(url: str, manifest: bytes, *, allow_private: bool = False) -> bytes:
    """The answer of a time-stamping authority to the digest of a manifest, as it was sent.

    Nothing of the bundle but this digest leaves the house. Raises FetchError: the codes of
    ``fetch``, and ``timestamp`` for an answer that is no time stamp of this manifest.
    """
    library = _library()
    request = library.TimestampRequestBuilder(
        data=manifest, hash_algorithm=library.HashAlgorithm.SHA256
    ).build()
    raw = post(
        url,
        request.as_bytes(),
        kind=QUERY,
        answer=REPLY,
        limits=_LIMITS,
        allow_private=allow_private,
    )
    try:
        answer = library.decode_timestamp_response(raw)
        # Granted; what was granted with changes (1) is not what was asked for.
        if answer.status != 0:
            raise ValueError(f"refused with status {int(answer.status)}")
        told = answer.tst_info
        if bytes(told.message_imprint.message) != hashlib.sha256(manifest).digest():
            raise ValueError("of something else")
        if told.nonce != request.nonce:
            raise ValueError("an answer to another request")
    except (ValueError, TypeError, AttributeError) as error:
        raise FetchError(
            f"the answer is no time stamp of this bundle ({_words(error)})",
            subject=url,
            hint="Try another authority, or make the bundle without --timestamp",
            code="timestamp",
        ) from error
    return raw


def _words(error: Exception) -> str:
    return "".join(c for c in str(error)[:200] if c.isprintable())


def certificates(pem: bytes, name: str) -> list[Any]:
    """Certificates of a PEM file. Raises ReadError ``bad-certificate``, UsageError."""
    _library()
    from cryptography import x509

    try:
        return list(x509.load_pem_x509_certificates(pem))
    except ValueError as error:
        raise ReadError(
            "this holds no certificate",
            subject=name,
            hint="Give the authority's certificate as PEM (-----BEGIN CERTIFICATE-----)",
            code="bad-certificate",
        ) from error


def examine(raw: bytes, manifest: bytes, roots: list[Any]) -> Check:
    """Whether a time stamp is of this manifest, and signed under one of ``roots`` ([]: unasked).

    The signature is checked as of the time stamped, since certificates end. Revocation is not
    looked up: nothing is asked of any server.
    """
    try:
        library = _library()
    except UsageError as error:
        return Check("timestamp", "not-checked", f"{error.message}. {error.hint}")
    try:
        if len(raw) > MAX_ANSWER:
            raise ValueError("longer than a time stamp")
        answer = library.decode_timestamp_response(raw)
        told = answer.tst_info
        when = told.gen_time
        moment = when if when.tzinfo else when.replace(tzinfo=UTC)
        said = _iso(moment)
        algorithm = str(told.message_imprint.hash_algorithm.dotted_string)
        imprint = bytes(told.message_imprint.message)
    except Exception as error:  # whatever a parser raises at hostile bytes
        return Check("timestamp", "differs", f"cannot be read ({_words(error)})")
    name = _HASHES.get(algorithm)
    if name is None or hashlib.new(name, manifest).digest() != imprint:
        return Check("timestamp", "differs", "is of another manifest")
    if not roots:
        return Check(
            "timestamp",
            "not-checked",
            f"says that this manifest was there at {said}; who signed it was not checked: give the "
            "authority's certificate with --ca FILE",
        )
    try:
        builder = library.VerifierBuilder()
        for root in roots:
            builder = builder.add_root_certificate(root)
        builder.build().verify_message(answer, manifest)
    except Exception as error:  # VerificationError, and what OpenSSL raises
        return Check("timestamp", "differs", f"its signature does not hold ({_words(error)})")
    return Check("timestamp", "agrees", f"this manifest was there at {said}, signed under --ca")


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
