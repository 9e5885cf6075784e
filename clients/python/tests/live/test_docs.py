"""What docs/python.md shows works as shown."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from programs import SOURCE, SYMBOLS, Market

import groundswell as gs
from groundswell.gateways.config import load

PAGE = (SOURCE / "docs/python.md").read_text()


def blocks(language: str) -> list[str]:
    """The code of the page, in its order."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_bot_of_the_page_runs_as_it_stands(market: Market) -> None:
    bot = market.folder / "bot.py"
    bot.write_text(blocks("python")[0])
    market.run(time__source="wall")
    environment = os.environ | {"GROUNDSWELL_ENDPOINT": market.signals}
    with (
        gs.TickPublisher(market.feed, connects=True, push=True) as publisher,
        subprocess.Popen([sys.executable, str(bot)], stdout=subprocess.PIPE, text=True, env=environment) as running,
    ):
        assert running.stdout is not None
        ids = [publisher.symbol(name) for name in SYMBOLS]
        said: list[str] = []
        for line in running.stdout:
            said.append(line)
            if "State.LIVE" in line:
                publisher.turn()
                publisher.send([gs.Tick.halt(ids[1], time.time_ns(), halted=True)])
            if line.startswith("thesis"):
                break
        running.terminate()
    assert said[-1] == "thesis HALT_MEMBER 1 None []\n", said


def test_the_publisher_of_the_page_runs(market: Market) -> None:
    market.run(time__source="wall")
    code = blocks("python")[1].replace("ipc:///run/groundswell/feed", market.feed)
    scope: dict[str, object] = {"gs": gs, "ts_event": time.time_ns()}
    exec(code, scope)
    publisher = scope["feed"]
    assert isinstance(publisher, gs.TickPublisher) and publisher.counters.ticks == 1


def test_the_configuration_of_the_page_is_one(tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text(blocks("toml")[0])
    (tmp_path / "symbols.csv").write_text("vendor,symbol\nBRK.B,BRK-B\n")
    for vendor in ("databento", "alpaca"):
        assert load(tmp_path / "gateway.toml", vendor).symbols == {"NVDA": "NVDA", "AVGO": "AVGO", "BRK.B": "BRK-B"}
