"""Local fakes of the vendors' wires: Databento's live gateway (its text protocol, then DBN), Alpaca's stream (msgpack on a websocket)."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from typing import Any

import databento_dbn
import msgpack
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

dbn: Any = databento_dbn  # its stubs call enumerators int


class FakeDatabento:
    """Lets `keys` in; gives the records of one entry of `sessions` to each connection, then hangs up, but after the last."""

    def __init__(self, sessions: Sequence[Sequence[Any]], error: str = "") -> None:
        self.sessions = list(sessions)
        self.error = error  # "" = whoever comes is let in
        self.heard: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def __enter__(self) -> FakeDatabento:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as lines:
                self._session(connection, lines)

    def _session(self, connection: socket.socket, lines: Any) -> None:
        connection.sendall(b"lsg_version=0.7.0\ncram=fake\n")
        self.heard.append(lines.readline().decode())
        if self.error:
            connection.sendall(f"success=0|error={self.error}\n".encode())
            return
        connection.sendall(b"success=1|session_id=1\n")
        for line in lines:
            self.heard.append(line.decode())
            if line.startswith(b"start_session"):
                break
        metadata = dbn.Metadata(dataset="EQUS.MINI", start=0, stype_in=None, stype_out=dbn.SType.INSTRUMENT_ID, schema=None)
        connection.sendall(metadata.encode())
        records = self.sessions.pop(0) if self.sessions else []
        connection.sendall(b"".join(bytes(record) for record in records))
        while not self.sessions and not self._stop.wait(0.02):  # the last one stays
            connection.setblocking(False)
            try:
                if not connection.recv(1):
                    return
            except BlockingIOError:
                continue


class FakeAlpaca:
    """Lets whoever knows `secret` in, and gives each connection the messages."""

    def __init__(self, messages: Sequence[dict[str, Any]], error: dict[str, Any] | None = None) -> None:
        self.messages, self.error = messages, error
        self.heard: list[dict[str, Any]] = []
        self._server: Server = serve(self._session, "127.0.0.1", 0)
        self.url = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def __enter__(self) -> FakeAlpaca:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()

    def _session(self, connection: ServerConnection) -> None:
        try:
            connection.send(msgpack.packb([{"T": "success", "msg": "connected"}]))
            self.heard.append(msgpack.unpackb(connection.recv()))
            if self.heard[-1]["secret"] != "secret":
                connection.send(msgpack.packb([{"T": "error", "code": 402, "msg": "auth failed"}]))
                return
            connection.send(msgpack.packb([{"T": "success", "msg": "authenticated"}]))
            self.heard.append(msgpack.unpackb(connection.recv()))
            if self.error:
                connection.send(msgpack.packb([self.error]))
            else:
                connection.send(msgpack.packb([{"T": "subscription", "trades": ["AAPL"]}]))
                connection.send(msgpack.packb(list(self.messages)))
            connection.recv()  # until the other side goes
        except ConnectionClosed:
            return
