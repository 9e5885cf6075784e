#!/usr/bin/env python3
"""The systemd unit is valid and hardened: `systemd-analyze verify`, and an exposure of at most 1.5.

unit_file.py UNIT   exits 77 where systemd-analyze is absent
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

THRESHOLD_TENTHS = 15
# What an unfinished installation makes it say, and nothing else: the binary and its manual are not on the machine that tests.
EXPECTED = re.compile(r"Command /usr/bin/groundswell is not executable: No such file|man groundswell.* (failed|command failed)")


def main(unit):
    if shutil.which("systemd-analyze") is None:
        print("skipped: no systemd-analyze on this machine")
        return 77
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        # A template is verified as one of its instances.
        instance = Path(folder, unit.name.replace("@.", "@test."))
        shutil.copy(unit, instance)
        verify = subprocess.run(["systemd-analyze", "verify", "--man=no", str(instance)], capture_output=True, text=True, check=False)
        said = [line for line in (verify.stdout + verify.stderr).splitlines() if line.strip()]
        wrong += [line for line in said if instance.name in line and not EXPECTED.search(line)]
        if verify.returncode != 0 and not said:
            wrong.append(f"systemd-analyze verify ended with {verify.returncode}")
    security = subprocess.run(["systemd-analyze", "security", "--offline=true", f"--threshold={THRESHOLD_TENTHS}", "--no-pager", str(unit)],
                              capture_output=True, text=True, check=False)
    lines = (security.stdout + security.stderr).splitlines()
    print(lines[-1] if lines else "systemd-analyze security said nothing")
    if security.returncode != 0:
        wrong += [line for line in lines if "✗" in line] or lines
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
