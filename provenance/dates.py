"""Times as pages write them, to ISO 8601; nothing is invented that the page doesn't say.

A result of 10 characters is a day; a longer one has the hour, and the zone if it was told.
Exact midnight is what systems write that know only the day, and is read as that day.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

#: No news page is older; earlier claims are defaults and jokes.
EARLIEST_YEAR = 1995

#: A time without zone may be off by as much (UTC-12 to UTC+14), in seconds;
# two such times, one by 12 and one by 14 hours.
_ZONE = 14 * 3600
_TWO_ZONES = 26 * 3600
_DAY_SECONDS = 24 * 3600

_DAY = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$")
_SPACED_ZONE = re.compile(r"\s+(?=(?:[+-]\d{2}:?\d{2}|Z)$)")
_ZONE_NAME = re.compile(r"\s+(?:UTC|GMT)$")
_SHORT_ZONE = re.compile(r"(T[\d:.]+[+-]\d{2})$")


def parse_time(value: str) -> datetime | None:
    """The moment that a claim names; naive when it tells no zone; None when it can't be read."""
    text = value.strip().replace("\u202f", " ").replace("\xa0", " ")
    if not text or len(text) > 64:
        return None
    try:
        if re.fullmatch(r"\d{10}|\d{13}", text):
            return datetime.fromtimestamp(int(text[:10]), UTC)
        if day := _DAY.match(text):
            return datetime(int(day[1]), int(day[2]), int(day[3]))
        iso = _ZONE_NAME.sub("+00:00", _SPACED_ZONE.sub("", text))
        iso = _SHORT_ZONE.sub(r"\1:00", iso.replace("/", "-"))
        return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", iso))
    except (ValueError, OverflowError, OSError):
        pass
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def iso_time(value: str | None, *, latest: datetime | None = None) -> str | None:
    """The claim as ISO 8601, or None when it can't be read or can't be true.

    Rejected: before 1995 and, where ``latest`` is given, after it.
    """
    moment = parse_time(value) if value else None
    if moment is None or not EARLIEST_YEAR <= moment.year <= 9990:
        return None
    if latest is not None and instant(moment) > instant(latest):
        return None
    if (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return moment.strftime("%Y-%m-%d")
    return moment.isoformat(timespec="seconds")


def day_of(iso: str) -> str:
    """The day of an ISO 8601 time, as written."""
    return iso[:10]


def instant(moment: datetime) -> datetime:
    """The moment in UTC; a time without zone is taken for UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def lag(first: str, second: str) -> tuple[float, float] | None:
    """How much later the second time is, and how far off that may be, both in seconds.

    A bare day may be any hour of it; a time without zone may be off by 14 hours, two such times
    by 26. None when one can't be read.
    """
    start, end = parse_time(first), parse_time(second)
    if start is None or end is None:
        return None
    slack = 0
    for text, moment in ((first, start), (second, end)):
        if len(text.strip()) <= 10 and (moment.hour, moment.minute) == (0, 0):
            slack = _DAY_SECONDS
        elif moment.tzinfo is None:
            slack = max(slack, _ZONE)
    if slack == _ZONE and start.tzinfo is end.tzinfo is None:
        slack = _TWO_ZONES
    return (instant(end) - instant(start)).total_seconds(), float(slack)
