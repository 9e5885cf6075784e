"""The one place that opens ZeroMQ sockets: limits, handshake, linger and keys are set here, before a socket is attached."""

from __future__ import annotations

import re
from enum import Enum, auto

import zmq
from zmq.utils.monitor import parse_monitor_message

from groundswell._keys import PeerKeys
from groundswell.errors import EndpointError, GroundswellError, KeyRefusedError, KeyWantedError

_ENDPOINT = re.compile(r"(?:tcp://[^ /;@]+:(\d{1,5}|\*)|(?:ipc|inproc)://.+)")
_LOOPBACK = re.compile(r"tcp://(?:127(?:\.\d{1,3}){3}|\[::ffff:127(?:\.\d{1,3}){3}\]|localhost|\[::1\]):")
_QUEUED_MESSAGES = 1000
_SEND_LINGER_MS = 200


class Handshake(Enum):
    """How far a connecting TCP socket has come, or why it does not."""

    NONE = auto()  # nobody there yet
    DONE = auto()
    REFUSED = auto()  # our key is not on the list
    WANTS_KEY = auto()  # one side has keys, the other none
    FAILED = auto()  # the other side has another key, or speaks no ZeroMQ


def check_endpoint(endpoint: str) -> str:
    """EndpointError when it is none."""
    found = _ENDPOINT.fullmatch(endpoint)
    if found is None or (found[1] and found[1] != "*" and int(found[1]) > 65_535):
        raise EndpointError(f"'{endpoint}' is no endpoint; write tcp://HOST:PORT or ipc://PATH")
    return endpoint


def refusal(handshake: Handshake, endpoint: str, has_keys: bool) -> GroundswellError | None:
    """What to say of a handshake that trying again does not cure."""
    if handshake is Handshake.REFUSED:
        return KeyRefusedError(
            f"{endpoint}: does not let our key in: it is not on its allow-list, was revoked, or its role may not come here; "
            "ask its operator (groundswell keys list)"
        )
    if handshake is not Handshake.WANTS_KEY:
        return None
    if has_keys:
        return KeyWantedError(
            f"{endpoint}: demands no key, though it was said to have one; is it the right endpoint? Without server_key all is in the clear"
        )
    return KeyWantedError(f"{endpoint}: demands a key; give server_key and key_file (groundswell keygen)")


class Socket:
    """A socket and the news of its handshake. Used by one thread."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], kind: int, endpoint: str, max_bytes: int, keys: PeerKeys | None = None):
        """Connects, whether or not anybody is there."""
        self.zmq = self._make(context, kind, max_bytes)
        self.endpoint = endpoint
        self._handshake = Handshake.NONE
        self._monitor: zmq.Socket[bytes] | None = None
        try:
            if keys and endpoint.startswith("tcp://"):
                self.zmq.curve_serverkey = keys.server_key.encode()
                self.zmq.curve_publickey = keys.public_key.encode()
                self.zmq.curve_secretkey = keys.secret_key.encode()
            if endpoint.startswith("tcp://"):
                self._monitor = self.zmq.get_monitor_socket(
                    zmq.EVENT_HANDSHAKE_SUCCEEDED
                    | zmq.EVENT_HANDSHAKE_FAILED_AUTH
                    | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
                    | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL
                )
            self.zmq.connect(endpoint)
        except (zmq.ZMQError, OSError) as error:
            self.close()
            raise EndpointError(f"cannot connect to {endpoint}: {error}") from error

    @staticmethod
    def _make(context: zmq.Context[zmq.Socket[bytes]], kind: int, max_bytes: int) -> zmq.Socket[bytes]:
        socket = context.socket(kind)
        socket.linger = 0 if kind in {zmq.SUB, zmq.DEALER} else _SEND_LINGER_MS
        socket.maxmsgsize = max_bytes
        socket.rcvhwm = _QUEUED_MESSAGES
        socket.sndhwm = 0 if kind == zmq.SUB else _QUEUED_MESSAGES  # a SUB sends subscriptions: a limit would lose those beyond it
        socket.handshake_ivl = 3000
        socket.tcp_keepalive, socket.tcp_keepalive_idle, socket.tcp_keepalive_intvl, socket.tcp_keepalive_cnt = 1, 30, 10, 3
        socket.reconnect_ivl, socket.reconnect_ivl_max = 100, 5000
        socket.ipv6 = True
        if kind == zmq.DEALER:
            socket.immediate = True  # a question that waits for a connection comes too late
        return socket

    def receive(self) -> list[bytes] | None:
        """The next message that has come; never waits."""
        try:
            return self.zmq.recv_multipart(zmq.NOBLOCK)
        except zmq.Again:
            return None

    def send(self, frame: bytes) -> bool:
        """Whether it was taken; never waits."""
        try:
            self.zmq.send(frame, zmq.NOBLOCK)
        except zmq.Again:
            return False
        return True

    def handshake(self) -> Handshake:
        """The latest news."""
        while self._monitor is not None and self._monitor.poll(0):
            event = parse_monitor_message(self._monitor.recv_multipart())
            what, value = event["event"], event["value"]
            if what == zmq.EVENT_HANDSHAKE_SUCCEEDED:
                self._handshake = Handshake.DONE
            elif what == zmq.EVENT_HANDSHAKE_FAILED_AUTH:
                self._handshake = Handshake.REFUSED
            elif what == zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL:
                mismatch = value == zmq.PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH
                self._handshake = Handshake.WANTS_KEY if mismatch else Handshake.FAILED
            elif self._handshake not in {Handshake.REFUSED, Handshake.WANTS_KEY}:
                self._handshake = Handshake.FAILED
        return self._handshake

    def close(self) -> None:
        """Any number of times."""
        if self._monitor is not None:
            self.zmq.disable_monitor()
            self._monitor.close(0)
            self._monitor = None
        self.zmq.close()


def bind(context: zmq.Context[zmq.Socket[bytes]], kind: int, endpoint: str, max_bytes: int) -> tuple[zmq.Socket[bytes], str]:
    """A bound socket and its endpoint, with the port chosen for tcp://…:*. On this machine only: there are no keys here."""
    check_endpoint(endpoint)
    if endpoint.startswith("tcp://") and not _LOOPBACK.match(endpoint):
        raise EndpointError(
            f"endpoint {endpoint} can be reached from other machines, and nothing says who may connect; bind tcp://127.0.0.1 or ipc, or "
            "connect to an engine that demands keys (connects, server_key, key_file)"
        )
    socket = Socket._make(context, kind, max_bytes)
    if kind == zmq.ROUTER:
        socket.router_mandatory = True
    try:
        socket.bind(endpoint)
    except (zmq.ZMQError, OSError) as error:
        socket.close(0)
        advice = "; stop the process that has it, or choose another" if getattr(error, "errno", 0) == zmq.EADDRINUSE else ""
        raise EndpointError(f"cannot bind endpoint {endpoint}: {error}{advice}") from error
    return socket, bytes(socket.getsockopt(zmq.LAST_ENDPOINT)).rstrip(b"\0").decode()
