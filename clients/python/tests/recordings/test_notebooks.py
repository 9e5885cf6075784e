"""The notebooks, cell by cell."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest
from programs import PROGRAM, SOURCE

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
DATA = Path(os.environ.get("GROUNDSWELL_DATA", SOURCE / "../shared/data")).resolve()


@pytest.mark.parametrize("name", ["simulated_day", "daily_history"])
def test_notebook(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if name == "daily_history" and not (DATA / "daily").exists():
        pytest.skip(f"no daily data set in {DATA}")
    monkeypatch.setenv("GROUNDSWELL_BINARY", PROGRAM)
    monkeypatch.setenv("GROUNDSWELL_DATA", str(DATA))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.delenv("MPLBACKEND", raising=False)
    notebook: Any = nbformat.read(  # type: ignore[no-untyped-call]
        NOTEBOOKS / f"{name}.ipynb", as_version=4
    )
    assert not any(cell.get("outputs") for cell in notebook.cells), "notebooks are kept without what they printed"
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    figures = [output for cell in notebook.cells for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]
    assert len(figures) == (2 if name == "simulated_day" else 1)
    tables = [str(output["data"].get("text/plain")) for cell in notebook.cells for output in cell.get("outputs", []) if "data" in output]
    assert any(re.search(r"shape: \([1-9]\d*, 9\)", table) for table in tables), "there are fills"
