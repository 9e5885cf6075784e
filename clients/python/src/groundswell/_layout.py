"""Reads Cap'n Proto structs row by row: where a field lies is computed from the schema, once.

pycapnp takes microseconds for one field; here a whole row is unpacked in one step. A message is one segment, as Groundswell writes them.
Rows may be shorter than the schema says (an older sender: missing fields are zero) or longer (a newer one: the rest is passed over).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from struct import Struct, unpack_from
from typing import Any

WORD = 8
_CODES = {
    "int8": "b",
    "uint8": "B",
    "int16": "h",
    "uint16": "H",
    "int32": "i",
    "uint32": "I",
    "int64": "q",
    "uint64": "Q",
    "float32": "f",
    "float64": "d",
}
_SLACK_WORDS = 64

Place = tuple[int, int, int]  # of a struct: offset of its data, data words, pointers


class MalformedError(Exception):
    """The bytes are no message of ours: counted by who reads them."""


@dataclass(frozen=True, slots=True)
class Row:
    """A struct's layout. Booleans that share a byte are one field, named by all of them in the order of their bits, joined by +."""

    names: tuple[str, ...]  # of the data section, in the order of their places
    data: Struct  # unpacks it
    pointers: tuple[str, ...]


@lru_cache(maxsize=256)
def _padded(data_format: str, size: int) -> Struct:
    return Struct(f"{data_format}{size - Struct(data_format).size}x")


def row_of(schema: Any) -> Row:
    """The layout of a struct that pycapnp has loaded."""
    node = schema.schema.node.struct
    places: dict[int, tuple[str, list[str]]] = {}  # by offset in bytes
    pointers: dict[int, str] = {}
    for field in sorted(node.fields, key=lambda each: int(each.slot.offset)):
        kind = field.slot.type.which()
        if kind == "bool":
            places.setdefault(field.slot.offset // 8, ("B", []))[1].append(str(field.name))
        elif code := _CODES.get(str(kind)):
            places[field.slot.offset * Struct(f"<{code}").size] = (code, [str(field.name)])
        else:
            pointers[field.slot.offset] = str(field.name)
    text, end = "<", 0
    for at, (code, _) in sorted(places.items()):
        text += f"{at - end}x{code}"
        end = at + Struct(f"<{code}").size
    names = tuple("+".join(each) for _, (_, each) in sorted(places.items()))
    return Row(names, _padded(text, node.dataWordCount * WORD), tuple(pointers[at] for at in sorted(pointers)))


class Rows:
    """A message of one segment: structs and lists of structs by the pointers that lead to them."""

    __slots__ = ("_bytes", "_left")

    def __init__(self, message: bytes | memoryview) -> None:
        """MalformedError when it is not one segment from its header to its end."""
        size = len(message)
        if size < 2 * WORD or size % WORD:
            raise MalformedError
        segments, words = unpack_from("<II", message)
        if segments != 0 or (words + 1) * WORD != size:
            raise MalformedError
        self._bytes = message
        self._left = words + _SLACK_WORDS  # shared or nested pointers cost no more than the message has bytes

    def root(self) -> Place:
        """The root struct."""
        return self.struct(WORD)

    def struct(self, pointer_at: int) -> Place:
        """The struct that the pointer at this offset leads to; one without words when it is null."""
        offset, data_words, pointers = unpack_from("<iHH", self._bytes, pointer_at)
        if offset & 3:
            raise MalformedError
        start = pointer_at + WORD + (offset >> 2) * WORD
        self._check(start, data_words + pointers)
        return start, data_words, pointers

    def fields(self, row: Row, place: Place) -> tuple[Any, ...]:
        """A struct's data section."""
        start, data_words, _ = place
        if data_words * WORD >= row.data.size:
            return row.data.unpack_from(self._bytes, start)
        return row.data.unpack(bytes(self._bytes[start : start + data_words * WORD]).ljust(row.data.size, b"\0"))

    def pointer(self, place: Place, index: int) -> int:
        """Offset of a struct's pointer; 0 when an older sender does not have it."""
        start, data_words, pointers = place
        return start + (data_words + index) * WORD if index < pointers else 0

    def rows(self, row: Row, pointer_at: int) -> list[tuple[Any, ...]]:
        """The data sections of a list of structs."""
        start, count, data_words, pointers = self._list(pointer_at)
        stride = (data_words + pointers) * WORD
        if count and data_words * WORD >= row.data.size:
            return list(_padded(row.data.format, stride).iter_unpack(self._bytes[start : start + count * stride]))
        return [self.fields(row, (start + i * stride, data_words, pointers)) for i in range(count)]

    def places(self, pointer_at: int) -> Iterator[Place]:
        """The structs of a list."""
        start, count, data_words, pointers = self._list(pointer_at)
        stride = (data_words + pointers) * WORD
        for i in range(count):
            yield start + i * stride, data_words, pointers

    def data(self, pointer_at: int) -> bytes | memoryview:
        """A Data, or a Text with its zero at the end."""
        offset, size = unpack_from("<iI", self._bytes, pointer_at) if pointer_at else (0, 0)
        if offset == 0 and size == 0:
            return b""
        if offset & 3 != 1 or size & 7 != 2:
            raise MalformedError
        start, count = pointer_at + WORD + (offset >> 2) * WORD, size >> 3
        self._check(start, (count + WORD - 1) // WORD)
        return self._bytes[start : start + count]

    def text(self, pointer_at: int) -> str:
        """A Text."""
        return str(bytes(self.data(pointer_at)[:-1]), "utf-8", "replace")

    def _list(self, pointer_at: int) -> tuple[int, int, int, int]:
        offset, size = unpack_from("<iI", self._bytes, pointer_at) if pointer_at else (0, 0)
        if offset == 0 and size == 0:
            return 0, 0, 0, 0
        if offset & 3 != 1 or size & 7 != 7:
            raise MalformedError
        tag_at, words = pointer_at + WORD + (offset >> 2) * WORD, size >> 3
        self._check(tag_at, words + 1)
        count, data_words, pointers = unpack_from("<IHH", self._bytes, tag_at)
        if count & 3 or (count >> 2) * (data_words + pointers) > words or (count and data_words + pointers == 0):
            raise MalformedError
        return tag_at + WORD, count >> 2, data_words, pointers

    def _check(self, start: int, words: int) -> None:
        self._left -= words
        if start < WORD or start + words * WORD > len(self._bytes) or self._left < 0:
            raise MalformedError
