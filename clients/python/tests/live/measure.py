"""How many events a second the live client takes, and at what cost. Not a test: figures are of the machine that they are measured on.

    python clients/python/tests/live/measure.py [EDGES]

A node publishes edges in batches of 16, each edge with two parts, as fast as the client takes them: the client says by a heartbeat's
numbers that it is whole, and the cost is the processor time of its thread, of which there is one.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time

from scripted_node import ScriptedNode, edge_batch

import groundswell as gs

BATCH = 16


def main(count: int) -> None:
    """Prints one line."""
    with tempfile.TemporaryDirectory() as folder, ScriptedNode(folder) as node, gs.connect_sync(node.endpoint) as feed:
        node.beats = True
        batches = [edge_batch(first, BATCH) for first in range(1, count + 1, BATCH)]  # made before: the client alone is measured
        events = feed.events()
        while feed.state is not gs.State.LIVE:
            next(events)

        def publish() -> None:
            for number, batch in enumerate(batches):
                node.publish("E.main.chips.", batch)
                node.next_edges[0] += BATCH
                while number % 32 == 31 and node.next_edges[0] - feed.counters.edges > 8_192:  # both sides' queues hold 1,000 batches
                    time.sleep(0.0005)

        publisher = threading.Thread(target=publish)
        wall, cpu = time.perf_counter(), time.thread_time()
        publisher.start()
        seen = 0
        while seen < count:
            seen += isinstance(next(events), gs.Edge)
        cpu, wall = time.thread_time() - cpu, time.perf_counter() - wall
        publisher.join()
        lost, filled = feed.counters.lost_edges, feed.counters.filled_edges
        print(f"{seen} edges: {seen / cpu:,.0f} a second of processor time, {seen / wall:,.0f} by the clock, {lost} lost, {filled} filled")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
