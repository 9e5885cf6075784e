"""gateway.toml: read whole, every finding at once."""

from __future__ import annotations

import csv
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any


class ConfigError(Exception):
    """A configuration that is wrong; the text has every finding, with its place."""


@dataclass(frozen=True)
class Publish:
    """[publish]: where ticks go."""

    endpoint: str = "tcp://127.0.0.1:5555"
    connects: bool = False  # to an engine that binds
    push: bool = False  # to an engine with pattern = "pull": waits for it
    fill: str = ""  # where lost ticks are given again; "" = nowhere
    feed: int = 1
    server_key: str = ""
    key_file: str = ""


@dataclass(frozen=True)
class Symbols:
    """[symbols]: what is wanted, by the vendor's names."""

    names: list[str] = field(default_factory=list)  # called the same here
    map: str = ""  # CSV `vendor,symbol`, relative to gateway.toml: what is called otherwise


@dataclass(frozen=True)
class Limits:
    """[limits]"""

    queue_ticks: int = 65_536  # that wait; when more come the oldest quotes go
    first_delay: float = 1.0  # seconds: bound of the first delay before a new attempt; it doubles
    most_delay: float = 60.0


@dataclass(frozen=True)
class Databento:
    """[databento]"""

    dataset: str = "EQUS.MINI"
    schema: str = "trades"  # trades, tbbo, mbp-1, ohlcv-1s, ohlcv-1m, status; joined by + for several
    key: str = ""  # "" = environment DATABENTO_API_KEY
    start: str = ""  # of history, ISO 8601 with a zone; "" = live
    end: str = ""
    gateway: str = ""  # host:port of another live gateway, or address of another historical one; "" = the vendor's


@dataclass(frozen=True)
class Alpaca:
    """[alpaca]"""

    feed: str = "iex"  # iex, sip
    key: str = ""  # "" = environment APCA_API_KEY_ID
    secret: str = ""  # "" = environment APCA_API_SECRET_KEY
    quotes: bool = False
    bars: bool = False
    url: str = ""  # of another server; "" = the vendor's


@dataclass(frozen=True)
class Template:
    """[template]: of the example."""

    path: str = ""  # CSV symbol,ts_event_ns,price,size


SECTIONS: dict[str, type[Any]] = {
    "publish": Publish, "symbols": Symbols, "limits": Limits, "databento": Databento, "alpaca": Alpaca, "template": Template,
}  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """All of it."""

    publish: Publish
    vendor: Any  # of the gateway's own section
    symbols: Mapping[str, str]  # vendor's name -> ours
    queue_ticks: int
    first_delay: float
    most_delay: float
    path: Path  # of gateway.toml


def load(path: Path, vendor: str) -> Settings:
    """Raises ConfigError."""
    try:
        text = tomllib.loads(path.read_text())
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    findings: list[str] = []
    parts = {name: _section(path, name, kind, text.pop(name, {}), findings) for name, kind in SECTIONS.items()}
    findings += [f"{path}: [{name}]: there is no such section{_nearest(name, list(SECTIONS))}" for name in text]
    symbols: dict[str, str] = {}
    if not findings:
        symbols = _symbols(path, parts["symbols"], findings)
        limits = parts["limits"]
        if limits.queue_ticks < 1 or not 0 < limits.first_delay <= limits.most_delay:
            findings.append(f"{path}: [limits]: queue_ticks is at least 1, and 0 < first_delay <= most_delay")
    if findings:
        raise ConfigError("\n".join(findings))
    limits = parts["limits"]
    return Settings(parts["publish"], parts[vendor], symbols, limits.queue_ticks, float(limits.first_delay), float(limits.most_delay), path)


def secret(given: str, variable: str) -> str:
    """A credential: from the file, else from the environment; "" when there is none."""
    return given or os.environ.get(variable, "")


def _nearest(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"; did you mean '{close[0]}'?" if close else ""


def _section(path: Path, name: str, kind: type[Any], given: Any, findings: list[str]) -> Any:
    if not isinstance(given, dict):
        findings.append(f"{path}: {name} is a section; write [{name}]")
        return kind()
    known = {each.name: type(getattr(kind(), each.name)) for each in fields(kind)}
    good: dict[str, Any] = {}
    for key, value in given.items():
        if key not in known:
            findings.append(f"{path}: [{name}] {key}: there is no such key{_nearest(key, list(known))}")
        elif type(value) is not known[key] and not (known[key] is float and type(value) is int):
            findings.append(f"{path}: [{name}] {key}: a {known[key].__name__} is wanted, not {value!r}")
        else:
            good[key] = value
    return kind(**good)


def _symbols(path: Path, given: Symbols, findings: list[str]) -> dict[str, str]:
    symbols = {str(name): str(name) for name in given.names}
    if given.map:
        file = path.parent / given.map
        try:
            with file.open(newline="") as text:
                rows = list(csv.reader(text))
        except OSError as error:
            findings.append(f"{file}: cannot be read: {error.strerror}")
            return symbols
        if not rows or rows[0] != ["vendor", "symbol"]:
            findings.append(f"{file}:1: the first line is `vendor,symbol`")
        for line, row in enumerate(rows[1:], 2):
            if len(row) != 2 or not all(row):
                findings.append(f"{file}:{line}: a line has two names, vendor's and ours")
            elif symbols.get(row[0], row[1]) != row[1] and row[0] not in given.names:
                findings.append(f"{file}:{line}: '{row[0]}' is in the file twice, with two names")
            else:
                symbols[row[0]] = row[1]
    if not symbols and not findings:
        findings.append(f'{path}: [symbols]: nothing is wanted; give names = ["AAPL", ...], or a map')
    return symbols
