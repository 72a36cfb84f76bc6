"""The bundle as a file: a zip that depends on nothing but its content, and its manifest. Pure.

Members lie flat and unpacked, in the order of their names, under one fixed time, so that the same
content makes the same bytes everywhere. What is read is hostile: nothing of it is written to a
disk, names are told apart before anything is read, and every size is bounded.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provenance.errors import ReadError

FORMAT = "provenance-evidence"
#: Of the layout: a newer one is not read.
VERSION = 1
MANIFEST, STAMP, SUMS, STATEMENT = "manifest.json", "timestamp.tsr", "SHA256SUMS", "README.txt"
#: Bytes of a bundle, of one member, and members: two pages of ``Limits.max_body`` fit with ease.
MAX_BUNDLE = 128_000_000
MAX_MEMBER = 48_000_000
MAX_MEMBERS = 32
#: Bytes of the manifest.
MAX_MANIFEST = 1_000_000

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,40}(?:\.[A-Za-z0-9]{1,10}){0,2}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
#: The first moment that a zip can name.
_TIME = (1980, 1, 1, 0, 0, 0)
_ENCRYPTED = 0x1
# What an entry of the directory begins with (APPNOTE 4.3.12), and how often that may stand in a
# bundle, pages that happen to hold it included.
_ENTRY, _MOST_ENTRIES = b"PK\x01\x02", 10_000


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The members of a bundle by name; ``damaged`` says of some why they could not be read."""

    members: Mapping[str, bytes]
    damaged: Mapping[str, str]
    #: Whether these are the bytes that ``pack`` makes of the members.
    as_made: bool


def sha256(content: bytes) -> str:
    """The SHA-256 of some bytes, as 64 hex digits."""
    return hashlib.sha256(content).hexdigest()


def to_json(value: Any) -> bytes:
    """JSON in ASCII, whatever titles say: no terminal obeys it, no editor turns it round."""
    return (json.dumps(value, indent=1, allow_nan=False) + "\n").encode("ascii")


def sums(members: Mapping[str, bytes]) -> bytes:
    """Digests in the form that ``sha256sum -c`` reads."""
    return "".join(f"{sha256(members[name])}  {name}\n" for name in sorted(members)).encode()


def manifest(
    members: Mapping[str, bytes], holds: Mapping[str, str], about: Mapping[str, Any]
) -> bytes:
    """The manifest of these members: name, size, SHA-256 and what each holds, under ``about``."""
    listed = [
        {
            "name": name,
            "size": len(members[name]),
            "sha256": sha256(members[name]),
            "holds": holds[name],
        }
        for name in sorted(members)
    ]
    return to_json({"format": FORMAT, "version": VERSION, **about, "members": listed})


def pack(members: Mapping[str, bytes]) -> bytes:
    """The zip. Equal members, equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system = 3
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, members[name])
    return out.getvalue()


def _bad(why: str) -> ReadError:
    return ReadError(
        f"no bundle: {why}", hint="Ask for it again from whoever made it", code="bad-bundle"
    )


def unpack(raw: bytes) -> Unpacked:
    """The members of a bundle, in memory.

    Raises ReadError ``bad-bundle`` for what is no zip, or one that no bundle of ours looks like.
    """
    if len(raw) > MAX_BUNDLE:
        raise _bad(f"larger than {MAX_BUNDLE:,} bytes; not read")
    # zipfile makes an object of every entry before anybody can count them.
    if raw.count(_ENTRY) > _MOST_ENTRIES:
        raise _bad("its directory is longer than that of any bundle")
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OSError) as error:
        raise _bad("this is no zip file, or its directory is damaged") from error
    _refuse(entries)
    members: dict[str, bytes] = {}
    damaged: dict[str, str] = {}
    with archive:
        for entry in entries:
            try:
                with archive.open(entry) as stream:
                    # The directory's size is a claim; no more than that is read.
                    content = stream.read(entry.file_size + 1)
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError):
                damaged[entry.filename] = "damaged: it does not unpack, or its checksum is wrong"
                continue
            if len(content) != entry.file_size:
                damaged[entry.filename] = "damaged: not as long as the zip says"
                continue
            members[entry.filename] = content
    return Unpacked(members, damaged, not damaged and pack(members) == raw)


def _refuse(entries: Sequence[zipfile.ZipInfo]) -> None:
    """Raise for a directory that no bundle has."""
    if len(entries) > MAX_MEMBERS:
        raise _bad(f"{len(entries):,} members, and a bundle has at most {MAX_MEMBERS}")
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        if not _NAME.fullmatch(name) or entry.orig_filename != name:
            raise _bad("a member has a name that could lead out of a folder, or that hides itself")
        # A disk that doesn't tell cases apart would write one over the other.
        if name.lower() in seen:
            raise _bad(f"two members are called {name}")
        seen.add(name.lower())
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG) or entry.is_dir():
            raise _bad(f"{name} is no plain file")
        if entry.flag_bits & _ENCRYPTED:
            raise _bad(f"{name} is encrypted")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _bad(f"{name} is packed in a way that bundles are not")
        if entry.file_size > MAX_MEMBER:
            raise _bad(f"{name} would have {entry.file_size:,} bytes; not read")
    if sum(entry.file_size for entry in entries) > MAX_BUNDLE:
        raise _bad(f"its members would have more than {MAX_BUNDLE:,} bytes; not read")


def read_manifest(found: Unpacked) -> dict[str, Any]:
    """The manifest, its shape checked. Raises ReadError ``bad-bundle`` or ``newer-bundle``."""
    raw = found.members.get(MANIFEST)
    if raw is None:
        raise _bad(f"there is no {MANIFEST} in it that can be read: no bundle of provenance")
    about = parsed(raw, MANIFEST) if len(raw) <= MAX_MANIFEST else None
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise _bad(f"its {MANIFEST} is not one of provenance")
    if type(about.get("version")) is not int or about["version"] > VERSION:
        raise ReadError(
            "the bundle was made by a newer version of provenance",
            hint="Upgrade: pip install -U article-provenance",
            code="newer-bundle",
        )
    listed = about.get("members")
    sound = isinstance(listed, list) and all(
        isinstance(one, dict)
        and isinstance(one.get("name"), str)
        and _NAME.fullmatch(one["name"])
        and type(one.get("size")) is int
        and isinstance(one.get("sha256"), str)
        and _DIGEST.fullmatch(one["sha256"])
        for one in listed
    )
    named = [one["name"] for one in listed] if sound and isinstance(listed, list) else []
    if not sound or len(set(named)) != len(named) or {MANIFEST, STAMP} & set(named):
        raise _bad(f"its {MANIFEST} lists its members in no way that can be checked")
    return about


def parsed(raw: bytes, name: str) -> Any:
    """JSON of a member. Raises ReadError ``bad-bundle``."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise _bad(f"{name} is no JSON") from error


def differences(found: Unpacked, about: Mapping[str, Any]) -> list[str]:
    """Where members and manifest disagree, a line each; [] when every digest holds."""
    lines = []
    wanted = {one["name"]: one for one in about["members"]}
    beside = {MANIFEST}
    if about.get("timestamp"):
        beside.add(STAMP)
        if STAMP not in found.members:
            lines.append(f"{STAMP}: missing, though the manifest says that there is one")
    for name, one in wanted.items():
        content = found.members.get(name)
        if content is None:
            lines.append(f"{name}: {found.damaged.get(name, 'missing')}")
        elif sha256(content) != one["sha256"]:
            lines.append(f"{name}: its SHA-256 is not the one in the manifest")
        elif len(content) != one["size"]:
            lines.append(f"{name}: its size is not the one in the manifest")
    for name in sorted({*found.members, *found.damaged} - set(wanted) - beside):
        lines.append(f"{name}: not in the manifest")
    rest = {name: content for name, content in found.members.items() if name in wanted}
    told = rest.pop(SUMS, None)
    if not lines and (told is None or told != sums(rest)):
        lines.append(f"{SUMS}: does not list the same digests as the manifest")
    return lines
