"""Keys of CURVE: pairs written as 40 characters of Z85. A key file holds a pair and is readable by its owner alone."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

import zmq

from groundswell.errors import KeyFileError, OptionError

_KEY = re.compile(r"[0-9a-zA-Z.:+=^!/*?&<>()\[\]{}@%$#-]{40}")
_LARGEST_FILE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class PeerKeys:
    """What it takes to connect to a node that demands keys."""

    server_key: str
    public_key: str
    secret_key: str = field(repr=False)


def is_key(text: str) -> bool:
    """40 characters of Z85."""
    return _KEY.fullmatch(text) is not None


def read_key_file(path: Path) -> tuple[str, str]:
    """Public and secret key. KeyFileError: not there, others may read it, or no key file."""
    try:
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NOCTTY | os.O_NONBLOCK)) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise KeyFileError(f"{path}: is no plain file")
            if status.st_uid not in {os.geteuid(), 0}:
                raise KeyFileError(f"{path}: belongs to user {status.st_uid}, not to user {os.geteuid()} that runs this; chown it")
            if status.st_mode & 0o077:
                mode = stat.S_IMODE(status.st_mode)
                raise KeyFileError(f"{path}: has mode {mode:04o}; others may read the secret in it: chmod 0600 {path}")
            text = file.read(_LARGEST_FILE_BYTES).decode(errors="replace")
    except OSError as error:
        raise KeyFileError(f"{path}: cannot be read: {error.strerror}") from error
    found = dict(re.findall(r'^(public_key|secret_key)\s*=\s*"([^"]*)"', text, re.MULTILINE))
    public, secret = found.get("public_key", ""), found.get("secret_key", "")
    if not is_key(public) or not is_key(secret):
        raise KeyFileError(f"{path}: is no key file; `groundswell keygen` makes one")
    if zmq.curve_public(secret.encode()).decode() != public:
        raise KeyFileError(f"{path}: its public key is not that of its secret key; make a new pair with `groundswell keygen`")
    return public, secret


def peer_keys(server_key: str, key_file: str | os.PathLike[str]) -> PeerKeys | None:
    """None without a server key: plain."""
    if not server_key:
        return None
    if not is_key(server_key):
        raise OptionError("server_key is no public key; it has 40 characters")
    if not os.fspath(key_file):
        raise OptionError("server_key without key_file: a node that has a key demands ours; make one with groundswell keygen")
    public, secret = read_key_file(Path(key_file))
    return PeerKeys(server_key, public, secret)
