#!/usr/bin/env python3
"""What the console costs with many streams, some of which do not read: resident memory, processor time, and what each kind of client got.

web_clients.py PORT PID [--clients 200] [--stalled 20] [--seconds 60]     PID: of `groundswell web`, or of a demo
web_clients.py PORT PID --pairs 10 --seconds 10 --status groundswell status --json --endpoint ENDPOINT
    how much longer the engine takes from tick to event with the clients than without, in pairs of spans in turn: the median of the ratios

Answers pings like a browser, so that stalled means: takes nothing from the socket, ever. Standard library only.
"""

import argparse
import json
import os
import selectors
import socket
import statistics
import subprocess
import time
from pathlib import Path

SUBSCRIBE = b'{"op":"subscribe","channels":["levels","events","health"]}'


def masked(opcode, payload):
    return bytes([0x80 | opcode, 0x80 | len(payload)]) + b"\0\0\0\0" + payload


class Client:
    def __init__(self, port, stalled):
        self.stalled, self.messages, self.bytes, self.closed = stalled, 0, 0, False
        self.socket = socket.socket()
        if stalled:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.connect(("127.0.0.1", port))
        self.socket.sendall((f"GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
                             "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode())
        head = b""
        while b"\r\n\r\n" not in head:
            part = self.socket.recv(4096)
            if not part:
                raise SystemExit("the console hung up; has it 256 streams already?")
            head += part
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise SystemExit(head.decode(errors="replace"))
        self.buffer = head.split(b"\r\n\r\n", 1)[1]
        self.socket.sendall(masked(1, SUBSCRIBE))
        self.socket.setblocking(False)

    def read(self):
        try:
            part = self.socket.recv(1 << 20)
        except BlockingIOError:
            return
        except OSError:
            part = b""
        if not part:
            self.closed = True
            return
        self.bytes += len(part)
        self.buffer += part
        while len(self.buffer) >= 2:
            length, head = self.buffer[1] & 0x7F, 2
            if length == 126:
                length, head = int.from_bytes(self.buffer[2:4], "big"), 4
            elif length == 127:
                length, head = int.from_bytes(self.buffer[2:10], "big"), 10
            if len(self.buffer) < head + length:
                return
            if self.buffer[0] & 0xF == 9:
                self.socket.send(masked(10, self.buffer[head:head + length]))
            self.messages += 1
            self.buffer = self.buffer[head + length:]


def processor_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mib(pid):
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


class Crowd:
    """Clients of which some stand still; the others read while they are watched."""

    def __init__(self, options):
        self.clients = [Client(options.port, number < options.stalled) for number in range(options.clients)]
        self.selector = selectors.DefaultSelector()
        for client in self.clients:
            if not client.stalled:
                self.selector.register(client.socket, selectors.EVENT_READ, client)

    def read_for(self, seconds, at_each_turn=lambda: None):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for key, _ in self.selector.select(0.2):
                key.data.read()
                if key.data.closed:
                    self.selector.unregister(key.fileobj)
            at_each_turn()

    def leave(self):
        self.selector.close()
        for client in self.clients:
            client.socket.close()


def cost(options):
    before = peak = resident_mib(options.pid)
    crowd = Crowd(options)

    def look():
        nonlocal peak
        peak = max(peak, resident_mib(options.pid))

    started, used = time.monotonic(), processor_seconds(options.pid)
    crowd.read_for(options.seconds, look)
    elapsed = time.monotonic() - started
    reading = [client for client in crowd.clients if not client.stalled]
    print(f"{options.clients} streams, {options.stalled} of them stalled, {elapsed:.0f} s")
    print(f"resident: {before:.0f} MiB before, {peak:.0f} MiB at most")
    print(f"processor: {(processor_seconds(options.pid) - used) / elapsed * 100:.1f} % of one")
    print(f"each reader: {min(c.messages for c in reading)} to {max(c.messages for c in reading)} messages, "
          f"{sum(c.bytes for c in reading) / len(reading) / elapsed / 1000:.1f} kB/s; closed: {sum(c.closed for c in reading)}")


def tick_to_event(options):
    """Of the engine so far: how many, and their sum in seconds."""
    said = json.loads(subprocess.run(options.status, check=True, capture_output=True, text=True).stdout)["latency"]["tick_to_event"]
    return said["count"], said["sum_s"]


def mean_ms(options, crowded):
    crowd = Crowd(options) if crowded else None
    wait = crowd.read_for if crowd else time.sleep
    wait(2)  # until the snapshots are out
    count, total = tick_to_event(options)
    wait(options.seconds)
    count_after, total_after = tick_to_event(options)
    if crowd:
        crowd.leave()
    return (total_after - total) / (count_after - count) * 1000


def compare(options):
    ratios = []
    for pair in range(options.pairs):
        figures = {crowded: mean_ms(options, crowded) for crowded in (pair % 2 == 0, pair % 2 == 1)}
        ratios.append(figures[True] / figures[False])
        print(f"tick to event {figures[False]:.3f} ms without, {figures[True]:.3f} ms with them: {ratios[-1]:.3f}", flush=True)
    print(f"median of {options.pairs} pairs: {statistics.median(ratios):.3f}; resident {resident_mib(options.pid):.0f} MiB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("port", type=int)
    parser.add_argument("pid", type=int)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--stalled", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pairs", type=int, default=0)
    parser.add_argument("--status", nargs=argparse.REMAINDER, help="the command that prints the engine's counters")
    options = parser.parse_args()
    if options.pairs:
        compare(options)
    else:
        cost(options)


if __name__ == "__main__":
    main()
