"""How many events a second the live client takes, at what cost, and how its memory grows. Not a test: figures are of the machine.

    python clients/python/tests/live/measure.py [EDGES]

A node, a process of its own, publishes edges in batches of 16, each edge with two parts, as fast as the client takes them: the client says
by a heartbeat's numbers that it is whole. The cost is the processor time of the client's thread, of which there is one; the memory is what
its process holds after each tenth of the edges.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import time
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

from scripted_node import ScriptedNode, edge_batch

import groundswell as gs

BATCH = 16
AHEAD = 8_192  # edges: the queues of both sides hold 1,000 batches


def publish(folder: str, count: int, begin: Synchronized[int], taken: Synchronized[int]) -> None:
    """The node: keeps `AHEAD` in front of what the client has taken, and leaves when all of it is."""
    with ScriptedNode(folder) as node:
        node.beats = True
        while begin.value == 0:
            time.sleep(0.001)
        for first in range(1, count + 1, BATCH):
            node.publish("E.main.chips.", edge_batch(first, BATCH))
            node.next_edges[0] = first + BATCH
            while first - taken.value > AHEAD:
                time.sleep(0.0005)
        while taken.value < count:
            time.sleep(0.01)


def resident_mib() -> float:
    """Of this process, now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


def main(count: int) -> None:
    """Prints one line for the memory after each tenth, and one for all."""
    spawn = multiprocessing.get_context("spawn")
    begin, taken = spawn.Value("q", 0, lock=False), spawn.Value("q", 0, lock=False)
    with tempfile.TemporaryDirectory() as folder:
        node = spawn.Process(target=publish, args=(folder, count, begin, taken))
        node.start()
        with gs.connect_sync(f"ipc://{folder}/node") as feed:
            events = feed.events()
            while feed.state is not gs.State.LIVE:
                next(events)
            begin.value = 1
            wall, cpu = time.perf_counter(), time.thread_time()
            seen, told = 0, count // 10
            while seen < count:
                seen += isinstance(next(events), gs.Edge)
                if seen % 512 == 0 or seen == count:
                    taken.value = seen
                if seen == told:
                    print(f"{seen:>12,} edges: {resident_mib():.1f} MiB", flush=True)
                    told += count // 10
            cpu, wall = time.thread_time() - cpu, time.perf_counter() - wall
            lost, filled = feed.counters.lost_edges, feed.counters.filled_edges
            rates = f"{seen / cpu:,.0f} a second of processor time, {seen / wall:,.0f} by the clock"
            print(f"{seen} edges: {rates}, {lost} lost, {filled} filled")
        node.join()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
