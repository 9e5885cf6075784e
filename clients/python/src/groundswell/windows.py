"""Ranges of event time: what users write, as half-open ranges of ns UTC."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from groundswell.errors import NaiveTimeError, OptionError

Bound = int | str | dt.datetime | dt.time
"""An instant: ns UTC, a datetime, or its ISO text; or a time of day ("09:30", datetime.time), which holds on every day and needs `tz`."""

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LAST_NS = (1 << 63) - 1
_DAY = dt.timedelta(days=1)


def windows(start: Bound | None, end: Bound | None, tz: str | None, first_ns: int, last_ns: int) -> list[tuple[int, int]]:
    """[start, end) as ranges in rising order; [] = everything. `first_ns`, `last_ns`: what times of day are spread over.

    Raises NaiveTimeError for a time without a zone, OptionError for what is no time, or an end before its start.
    """
    if start is None and end is None:
        return []
    zone = _zone(tz)
    begin, stop = _parsed("start", start), _parsed("end", end)
    if isinstance(begin, dt.time) or isinstance(stop, dt.time):
        return _daily(begin, stop, zone, first_ns, last_ns)
    from_ns = 0 if begin is None else _instant("start", begin, zone)
    to_ns = _LAST_NS if stop is None else _instant("end", stop, zone)
    if to_ns < from_ns:
        raise OptionError(f"end {end!r} is before start {start!r}")
    return [(from_ns, to_ns)]


def _daily(begin: object, stop: object, zone: ZoneInfo | None, first_ns: int, last_ns: int) -> list[tuple[int, int]]:
    begin = dt.time() if begin is None else begin
    if not isinstance(begin, dt.time) or not (stop is None or isinstance(stop, dt.time)):
        raise OptionError("start and end: give two times of day or two instants, not one of each")
    if zone is None:
        raise NaiveTimeError(f"{begin if stop is None else stop} is a time of day; say of which place: tz='America/New_York'")
    if begin.tzinfo is not None or (stop is not None and stop.tzinfo is not None):
        raise OptionError("start and end: a time of day has the zone that tz says, not one of its own")
    if stop is not None and stop < begin:
        raise OptionError(f"end {stop} is before start {begin}; a range of times of day does not reach over midnight")
    day = (_EPOCH + dt.timedelta(microseconds=first_ns // 1000)).astimezone(zone).date()
    last_day = (_EPOCH + dt.timedelta(microseconds=last_ns // 1000)).astimezone(zone).date()
    ranges = []
    while day <= last_day:
        until = dt.datetime.combine(day + _DAY, dt.time(), zone) if stop is None else dt.datetime.combine(day, stop, zone)
        ranges.append((_ns(dt.datetime.combine(day, begin, zone)), _ns(until)))
        day += _DAY
    return ranges


def _parsed(what: str, bound: Bound | None) -> int | dt.datetime | dt.time | None:
    if isinstance(bound, str):
        try:
            return dt.time.fromisoformat(bound) if len(bound) < 10 else dt.datetime.fromisoformat(bound)
        except ValueError:
            raise OptionError(f"{what}: {bound!r} is no time; write 2026-11-20T09:30-05:00, or 09:30 with tz") from None
    if isinstance(bound, bool) or not (bound is None or isinstance(bound, int | dt.datetime | dt.time)):
        raise OptionError(f"{what}: {bound!r} is no time; give ns UTC as int, a datetime with a zone, or text")
    return bound


def _instant(what: str, bound: int | dt.datetime | dt.time, zone: ZoneInfo | None) -> int:
    if isinstance(bound, dt.datetime):
        if bound.tzinfo is None:
            if zone is None:
                raise NaiveTimeError(f"{what}: {bound.isoformat()} has no zone; add one to it, or give tz='America/New_York'")
            bound = bound.replace(tzinfo=zone)
        return _ns(bound)
    if not isinstance(bound, int) or not 0 <= bound <= _LAST_NS:
        raise OptionError(f"{what}: {bound!r} is no instant from 1970 to 2262 in ns UTC")
    return bound


def _ns(instant: dt.datetime) -> int:
    return (instant - _EPOCH) // dt.timedelta(microseconds=1) * 1000


def _zone(tz: str | None) -> ZoneInfo | None:
    if tz is None:
        return None
    try:
        return ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError, TypeError):
        raise OptionError(f"tz: {tz!r} is no time zone; write e.g. 'America/New_York' or 'UTC'") from None
