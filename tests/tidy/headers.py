#!/usr/bin/env python3
"""Every header of include/ and src/ compiles alone, and is taken once.

A header that its own .cpp includes before anything else was compiled alone when that was built.

headers.py BUILD   BUILD has the compile_commands.json whose compiler and flags are used
"""

import json
import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def commands_by_folder(build):
    """Folder of src -> (compiler and flags, working directory) of one of its files."""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8")):
        source = Path(entry["directory"], entry["file"]).resolve()
        if ROOT / "src" not in source.parents:
            continue
        words = shlex.split(entry["command"])
        launcher = next((at for at, word in enumerate(words) if Path(word).name == "ccache"), -1)
        del words[: launcher + 1]
        flags = []
        at = 0
        while at < len(words):
            if words[at] == "-o":
                at += 1
            elif words[at] != "-c" and words[at] != entry["file"]:
                flags.append(words[at])
            at += 1
        found.setdefault(source.relative_to(ROOT / "src").parts[0], (flags, entry["directory"]))
    return found


def is_first_of_its_source(header, name):
    source = header.with_suffix(".cpp")
    first = re.search(r'^#include [<"]([^>"]+)', source.read_text(encoding="utf-8"), re.MULTILINE) if source.exists() else None
    return first is not None and first.group(1) == str(name)


def main(build):
    commands = commands_by_folder(build)
    if not commands:
        print(f"no source of src/ in {build / 'compile_commands.json'}", file=sys.stderr)
        return 1
    headers = sorted([*(ROOT / "include").rglob("*.hpp"), *(ROOT / "src").rglob("*.hpp")])

    def name_of(header):
        return header.relative_to(ROOT / ("src" if ROOT / "src" in header.parents else "include"))

    def compile_alone(header):
        name = name_of(header)
        flags, folder = commands.get(name.parts[0], next(iter(commands.values())))
        text = f'#include "{name}"\n'
        return name, subprocess.run([*flags, "-fsyntax-only", "-x", "c++", "-"], input=text, cwd=folder, capture_output=True, text=True,
                                    check=False)

    wrong = 0
    for header in headers:
        if not re.search(r"^#pragma once$", header.read_text(encoding="utf-8"), re.MULTILINE):
            wrong += 1
            print(f"{name_of(header)}: says no #pragma once")
    alone = [header for header in headers if not is_first_of_its_source(header, name_of(header))]
    with ThreadPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as pool:
        for name, result in pool.map(compile_alone, alone):
            if result.returncode != 0:
                wrong += 1
                print(f"{name}: does not compile alone\n{result.stderr}")
    print(f"headers: {len(headers)}, of which {len(alone)} compiled here; {wrong} wrong")
    return 1 if wrong or not headers else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
