"""One virtual environment for the harness and one for each peer, made of exact versions; and what the machine is."""
import datetime
import hashlib
import os
import platform
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENVS = ROOT / "build/bench/venv"
REQUIREMENTS = ROOT / "bench/peers/requirements"


class Unavailable(Exception):
  """Why an entry cannot run here; the page says it."""


def python_of(name):
  return VENVS / name / "bin/python"


def ensure(name):
  """Makes the environment unless it is there, whole, and of these versions."""
  wanted, folder = (REQUIREMENTS / f"{name}.txt").read_bytes(), VENVS / name
  mark, digest = folder / "requirements.sha256", hashlib.sha256(wanted).hexdigest()
  if mark.exists() and mark.read_text() == digest:
    return python_of(name)
  log = VENVS / f"{name}.log"
  folder.parent.mkdir(parents=True, exist_ok=True)
  with open(log, "w", encoding="utf-8") as out:
    for command in ([sys.executable, "-m", "venv", "--clear", str(folder)],
                    [str(python_of(name)), "-m", "pip", "install", "--quiet", "--no-deps", "-r", str(REQUIREMENTS / f"{name}.txt")]):
      if subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, check=False).returncode != 0:
        raise Unavailable(f"its packages could not be installed: {last_line(log.read_text())}")
  mark.write_text(digest)
  return python_of(name)


def last_line(text):
  lines = [line.strip() for line in text.splitlines() if line.strip()]
  return lines[-1] if lines else "no message"


def first_match(path, key):
  try:
    text = Path(path).read_text(encoding="utf-8")
  except OSError:
    return None
  return next((line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith(key)), None)


def output_of(*command):
  try:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
  except (OSError, subprocess.CalledProcessError):
    return None


def machine():
  governor = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
  memory = first_match("/proc/meminfo", "MemTotal")
  compiler = output_of("c++", "--version")
  return {"processor": first_match("/proc/cpuinfo", "model name") or platform.machine(), "cores": len(os.sched_getaffinity(0)),
          "memory_gib": round(int(memory.split()[0]) / 2**20, 1) if memory else None,
          "governor": governor.read_text().strip() if governor.exists() else "not visible", "kernel": platform.release(),
          "python": platform.python_version(), "compiler": compiler.splitlines()[0] if compiler else None,
          "revision": output_of("git", "rev-parse", "--short=12", "HEAD"), "changed_files": bool(output_of("git", "status", "--porcelain")),
          "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(), "load_before": round(os.getloadavg()[0], 2)}
