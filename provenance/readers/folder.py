"""Files under a folder, in one order on every machine, with links and oddities kept out."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from provenance.readers.sniff import HTML_SUFFIXES, ROWS_SUFFIXES, TEXT_SUFFIXES

# What a page drags along, and what mirrors and data sets carry of their own; not worth a look.
_ASSET = re.compile(
    r"\.(?:css|js|mjs|map|png|jpe?g|gif|webp|avif|svg|ico|bmp|tiff?|woff2?|ttf|otf|eot|mp[34]|m4a"
    r"|og[gv]|wav|webm|mov|avi|pdf|zip|rar|7z|tar|exe|swf|db|sqlite|py|log|lock|toml|ya?ml"
    r"|ini)$"
)
_OWN = re.compile(r"^(?:(?:robots|ads|app-ads|humans|security|llms|requirements)\.txt)$")
_OWN_STEMS = frozenset({"readme", "license", "licence", "copying", "changelog", "makefile"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One file under a folder, or why it is passed over (``error``, ``message``)."""

    path: Path
    parts: tuple[str, ...]
    error: str = ""
    message: str = ""


def legible(name: str) -> str:
    """A file's name as text that can be stored and shown: bytes of it that are no UTF-8 stand as
    ``\\xe9``. The file is opened by the name that it has."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _unpacked(name: str) -> str:
    return re.sub(r"\.(?:gz|zst)$", "", name.lower())


def is_page_name(name: str) -> bool:
    """True when the name promises something to read, so that its absence is a failure."""
    suffix = PurePath(_unpacked(name)).suffix
    return suffix in HTML_SUFFIXES | ROWS_SUFFIXES | {".mhtml", ".mht"}


def is_passed_over(name: str) -> bool:
    """True for files that are never looked into: images, scripts, robots.txt, READMEs."""
    path = PurePath(_unpacked(name))
    return (
        _ASSET.search(path.name) is not None
        or _OWN.match(path.name) is not None
        or (path.suffix in TEXT_SUFFIXES | {""} and path.stem in _OWN_STEMS)
    )


def walk(root: Path) -> Iterator[Entry]:
    """Every file under ``root`` that isn't hidden, sorted by name within each folder.

    A link is followed when it ends under ``root``; no folder is entered twice, so that links
    can't make it endless. Only the names of the folders on the way are held in memory.
    """
    top = root.resolve()
    yield from _walk(root, (), top, {top})


def _walk(folder: Path, above: tuple[str, ...], top: Path, entered: set[Path]) -> Iterator[Entry]:
    try:
        names = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        yield Entry(folder, above, "unreadable", f"the folder cannot be read ({_why(error)})")
        return
    for name in names:
        path, parts = folder / name, (*above, name)
        try:
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                target = path.resolve(strict=True)
                if not target.is_relative_to(top):
                    yield Entry(path, parts, "outside", "a link out of the folder, not followed")
                    continue
                mode = target.stat().st_mode
            if stat.S_ISDIR(mode):
                real = path.resolve()
                if real not in entered:
                    entered.add(real)
                    yield from _walk(path, parts, top, entered)
            elif stat.S_ISREG(mode):
                yield Entry(path, parts)
            # Pipes, sockets and devices: to open one may wait for ever.
        except (OSError, RuntimeError) as error:  # RuntimeError: a link to itself, before 3.13
            yield Entry(path, parts, "unreadable", f"cannot be read ({_why(error)})")


def _why(error: Exception) -> str:
    return (error.strerror or "") if isinstance(error, OSError) else "a link to itself"


def listing_digest(root: Path) -> str:
    """SHA-256 over path, size and time of change of every file of :func:`walk`."""
    digest = hashlib.sha256()
    for entry in walk(root):
        size = changed = -1
        if not entry.error:
            try:
                status = entry.path.stat()
                size, changed = status.st_size, status.st_mtime_ns
            except OSError:
                pass
        line = f"{'/'.join(entry.parts)}\0{size}\0{changed}\n"
        digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
