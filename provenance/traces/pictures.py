"""Rules of ``traces`` for pictures: whose host they come from, by what way, how named. Pure."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

from provenance import houses, markup, urls
from provenance.models import Strength, Trace
from provenance.outlets import is_cdn, is_outlet, same_outlet
from provenance.traces import catalogue
from provenance.traces.page import MOST, Page, mark

_EPOCH = re.compile(r"(?<!\d)(1\d{9})$")
_FOLDER = re.compile(r"/(20\d\d)/(0[1-9]|1[0-2])/")
_PICTURE = re.compile(r"\.(jpe?g|png|webp|gif|avif)$", re.IGNORECASE)
#: A gallery of one outlet's pictures says no more than its first ones.
_MAX_HOTLINKS = 3


def unproxied(image: str) -> str | None:
    """The origin of an image behind a proxy that keeps it in the URL; None for others."""
    for pattern in catalogue.IMAGE_PROXIES:
        if found := pattern.search(image):
            inner = unquote(found.group(1))
            if not inner.startswith("http"):
                inner = "https://" + inner.lstrip("/")
            return inner if urls.is_url(inner) else None
    return None


def upload_time(image: str) -> str | None:
    """When an image was uploaded, if its name ends in a Unix time of its folder's month (UTC)."""
    found = _EPOCH.search(urls.image_stem(image))
    folder = _FOLDER.search(urlsplit(image).path)
    if not found or not folder:
        return None
    moment = datetime.fromtimestamp(int(found.group(1)), UTC)
    if (moment.year, moment.month) != (int(folder.group(1)), int(folder.group(2))):
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _images(page: Page) -> Iterator[Trace]:
    counts: Counter[str] = Counter()
    for image in page.article.images:
        inner = unproxied(image)
        url = inner or image
        site = page.foreign(url)
        if not site or is_cdn(url) or any(same_outlet(site, host) for host in page.hosts):
            continue
        counts[site] += 1
        if counts[site] > _MAX_HOTLINKS:
            continue
        host = urls.host(url).removeprefix("www.")
        # A picture in the upload folder of the outlet's front host; a host of another name may
        # be a picture service that isn't known here.
        uploaded = "/wp-content/uploads/" in url or bool(_FOLDER.search(url))
        strength: Strength = "weak"
        if host == site and _PICTURE.search(urlsplit(url).path):
            strength = "strong" if uploaded else "medium"
        snippet = f"image on {host}"
        if (epoch := upload_time(url)) is not None:
            snippet += f", uploaded {epoch} by its name, in the folder of that month"
        yield mark("image-proxy" if inner else "hotlink", url, strength, snippet, None, site)


def _agency_files(page: Page) -> Iterator[Trace]:
    for image in page.article.images[:MOST]:
        name = posixpath.basename(unquote(urlsplit(image).path))[:300]
        for pattern, agency in catalogue.AGENCY_FILES:
            if pattern.search(name) and not page.own_name(agency):
                yield mark("agency-picture", agency, "weak", f"image file {name}")


def _credits(page: Page) -> Iterator[Trace]:
    if page.node is None:
        return
    top = next(page.node.iterancestors("article", "main"), page.node)
    for i, caption in enumerate(top.iter("figcaption")):
        if i >= MOST:
            return
        text = markup.text_of(caption)[:600]
        for found in catalogue.PHOTO_CREDIT.finditer(text):
            name = found.group("name").strip()
            agency = name.lower() in houses.AGENCIES or houses.AGENCY_IN_BYLINE.search(name)
            if not agency and is_outlet(name) and not page.own_name(name):
                yield mark("photo-credit", name, "weak", text)


RULES: tuple[Callable[[Page], Iterator[Trace]], ...] = (_images, _agency_files, _credits)
