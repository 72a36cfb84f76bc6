"""What lets the bearer in, taken out of addresses before they are stored or shown. Pure.

Passwords before the host, the values of parameters that are known to carry a token, and tokens
that stand in a path. A value becomes ``REDACTED-`` and 8 hex digits of its SHA-256, so that
addresses which differ in it alone stay different pages.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlencode

# Words of a parameter's name that say that its value is a secret.
_TELLING_WORDS = (
    "token secret password passwd pwd pass passphrase passcode jwt bearer sig signature hmac "
    "credential credentials apikey authorization otp csrf xsrf saml samlresponse samlrequest "
    "phpsessid jsessionid sessionid sessid hdnea hdnts hdntl sas assertion"
)
# Whole names, in lower case and without marks.
_TELLING_NAMES = (
    "auth apikey accesskey privatekey secretkey subscriptionkey ocpapimsubscriptionkey xapikey "
    "session sessionid aspnetsessionid awsaccesskeyid googleaccessid keypairid oauthverifier "
    "magiclink onetimecode"
)
_SECRET_PREFIXES = ("x-amz-", "x-goog-", "x-oss-", "x-ms-")
# Words that name a page as often as they let the bearer in: the value decides.
_MAYBE_WORDS = (
    "code key sid state ticket nonce reset confirm confirmation invite invitation verify "
    "verification verifier magic hash md5 gift policy activation activate unsubscribe login share "
    "preview pin cfid e h st t"
)
_SECRET, _NAMES, _MAYBE = (
    frozenset(words.split()) for words in (_TELLING_WORDS, _TELLING_NAMES, _MAYBE_WORDS)
)
_TOKEN = re.compile(r"(?=[^A-Za-z]*[A-Za-z])(?=\D*\d)[A-Za-z0-9_.~+/=-]{16,}")
# Tokens that tell by themselves what they are, whatever the name: JSON Web Tokens (RFC 7519), and
# keys of services that mark theirs.
_MARKED = re.compile(
    r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{35}"
    r"|\bgh[pousr]_\w{30,}|\bxox[abprs]-[\w-]{10,}|\b[rs]k_live_\w{16,}|\bbot\d{6,}:[\w-]{30,}"
)
# What follows these in a path is a token when it looks like one.
_PATH_TOKEN = re.compile(
    r"(/(?:[\w-]{0,20}(?:reset|confirm|verif|invit|magic|activat|unsubscri|recover)[\w-]{0,12}|token|auth"
    r"|preview|share|gift)/)([^/;]+)",
    re.IGNORECASE,
)
_PATH_PARAMETER = re.compile(r"(;([\w.-]+)=)([^;/]*)")
_INNER = re.compile(r"([?&;]([\w.\[\]-]+)=)([^&;#\s]+)")
_REDACTED = re.compile(r"REDACTED(-[0-9a-f]{8})?")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# user:password@ before the host, also where a stray slash or hash in the password hides the host.
_CREDENTIALS = re.compile(
    r"^(\s*(?:[\w+.-]+:[/\\]+|[/\\]{2,}))"
    r"(?:[^/\\\s?#]*|[^/\\\s@:]*:(?!\d*[/\\?#])[^\s@]*)@",
    re.IGNORECASE,
)
# An address within a text, absolute or not.
_ADDRESS = re.compile(r"(?:(?<![\w+.-])[\w+.-]{1,40}:)?(?:/|\?|#)[^\s<>\"'“”‘’]+")
# An address without these marks, and without such words in its path, is left at once.
_MARKS = "?#@;"
_HINTS = (
    "eyj", "akia", "asia", "aiza", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "xox", "k_live_", "/bot",
    "reset", "confirm", "verif", "invit", "magic", "activat", "unsubscri", "recover", "/token/",
    "/auth/", "/preview/", "/share/", "/gift/",
)  # fmt: skip


def _hinted(path: str) -> bool:
    lower = path.lower()
    return any(hint in lower for hint in _HINTS)


def _stand_in(value: str) -> str:
    digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
    return f"REDACTED-{digest[:8]}"


@lru_cache(maxsize=4096)
def _tells(name: str) -> str:
    """What a parameter's name says of its value: ``secret``, ``maybe`` or ""."""
    bare = name.removeprefix("amp;").strip()
    lower = bare.lower()
    if lower.startswith(_SECRET_PREFIXES):
        return "secret"
    words = {word.lower() for word in _WORDS.findall(bare)} | set(re.split(r"[^a-z0-9]+", lower))
    if words & _SECRET or any(word.endswith(("token", "sessid", "sessionid")) for word in words):
        return "secret"
    if re.sub(r"[^a-z0-9]", "", lower) in _NAMES:
        return "secret"
    return "maybe" if words & _MAYBE else ""


def _is_secret(name: str, value: str) -> bool:
    """True when the parameter's value lets the bearer in."""
    tells = _tells(name[:100])
    return tells == "secret" or (tells == "maybe" and _TOKEN.fullmatch(value) is not None)


def _masked(name: str, value: str, depth: int) -> str:
    """The value of a parameter, or what stands in for it when it is a secret."""
    if not value or _REDACTED.fullmatch(value):
        return value
    if _is_secret(name, value):
        return _stand_in(value)
    if depth and "://" in value:  # an address within the address
        return _redacted(value, depth - 1)
    if len(value) < 8:
        return value
    if "=" in value:
        value = _INNER.sub(lambda found: found.group(1) + _inner(found), value)
    return _MARKED.sub(lambda found: _stand_in(found.group()), value)


def _inner(found: re.Match[str]) -> str:
    name, value = found.group(2), found.group(3)
    if _REDACTED.fullmatch(value) or not _is_secret(name, value):
        return value
    return _stand_in(value)


def _hidden(pairs: str, depth: int) -> str:
    """A query with the values of secret parameters replaced; else as it was."""
    found = parse_qsl(pairs, keep_blank_values=True)
    masked = [(name, _masked(name, value, depth)) for name, value in found]
    return pairs if masked == found else urlencode(masked, errors="replace")


def _hidden_fragment(fragment: str, depth: int) -> str:
    """A fragment likewise; where it holds a route with a query, the query alone."""
    route, mark, query = fragment.partition("?")
    if mark:
        return _hidden_path(route) + mark + _hidden(query, depth)
    if "=" in fragment:
        return _hidden(fragment, depth)
    return _hidden_path(fragment)


def _hidden_path(path: str) -> str:
    def parameter(found: re.Match[str]) -> str:
        value = unquote(found.group(3))
        if not value or _REDACTED.fullmatch(value) or not _is_secret(found.group(2), value):
            return found.group()
        return found.group(1) + _stand_in(value)

    def token(found: re.Match[str]) -> str:
        value = unquote(found.group(2))
        if _REDACTED.fullmatch(value) or not _TOKEN.fullmatch(value):
            return found.group()
        # Several words are a headline, not a token.
        parts = re.split(r"[-_.+~]", value)
        if sum(part.isalpha() and (part.islower() or part.istitle()) for part in parts) > 1:
            return found.group()
        return found.group(1) + _stand_in(value)

    if ";" in path:
        path = _PATH_PARAMETER.sub(parameter, path)
    if not _hinted(path):
        return path
    path = _PATH_TOKEN.sub(token, path)
    return _MARKED.sub(lambda found: _stand_in(found.group()), path)


def _redacted(url: str, depth: int) -> str:
    url = _CREDENTIALS.sub(r"\1", url)
    before, hash_mark, fragment = url.partition("#")
    path, query_mark, query = before.partition("?")
    return (
        _hidden_path(path)
        + query_mark
        + _hidden(query, depth)
        + hash_mark
        + _hidden_fragment(fragment, depth)
    )


def redact(url: str) -> str:
    """The URL without credentials and without the values of known secret parameters.

    Redacting twice changes nothing more. Works on what was typed, also where it is no valid URL:
    it is for showing and storing.
    """
    if any(mark in url for mark in _MARKS) or _hinted(url):
        return _redacted(url, 2)
    return url


def redact_within(text: str) -> str:
    """A text with each address in it redacted, absolute or not."""
    return _ADDRESS.sub(lambda found: redact(found.group()), text)
