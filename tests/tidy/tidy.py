#!/usr/bin/env python3
"""Rules of the tree that a compiler does not check, each a test of its own.

tidy.py CHECK [--root DIR]   runs one check; prints PATH:LINE: MESSAGE per violation and exits 1
tidy.py --list               names the checks
tidy.py --self-test          feeds each check what it must report (cases.py) and what it must not
"""

import os
import re
import subprocess
import sys
from pathlib import Path, PurePosixPath

CODE = (".hpp", ".h", ".cpp")
MAX_LINES = 400
MAX_COLUMNS = 140

# ---------------------------------------------------------------------------------------------------------------------
# Text: a tree is {path: text}; checks see nothing else, so that the self-test can make one up.

TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<raw>R"(?P<tag>[^()\s\\]{0,16})\(.*?\)(?P=tag)")
      | (?P<string>"(?:\\.|[^"\\\n])*")
      | (?P<character>(?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+')""",
    re.DOTALL | re.VERBOSE,
)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def without_comments(text):
    return TOKEN.sub(lambda match: blank(match) if match["comment"] else match.group(), text)


def code_only(text):
    """Comments, strings and characters blanked out; every line keeps its number and length."""
    return TOKEN.sub(blank, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def includes(text):
    """(line, opening, header) of every include."""
    plain = without_comments(text)
    return [(line_of(plain, match.start()), match[1], match[2]) for match in INCLUDE.finditer(plain)]


def sources(tree, *folders, suffixes=CODE):
    return {path: text for path, text in sorted(tree.items()) if path.startswith(folders) and path.endswith(suffixes)}


def matches(path, *patterns):
    return any(PurePosixPath(path).match(pattern) for pattern in patterns)


def banned(tree, pattern, why, folders, allowed=()):
    """Violations: places in the code of `folders` where `pattern` matches, outside the files `allowed`."""
    for path, text in sources(tree, *folders).items():
        if matches(path, *allowed):
            continue
        plain = code_only(text)
        for match in re.finditer(pattern, plain):
            yield path, line_of(plain, match.start()), f"{' '.join(match.group().split())}: {why}"


# ---------------------------------------------------------------------------------------------------------------------
# The checks: each yields (path, line, message).

GENERATED = re.compile(r".*\.capnp\.h|groundswell_version\.hpp")
STAGES = {"feed", "sequence", "market", "signal", "publish", "journal"}
STAR = {  # folder of src -> folders it may include, beside itself and include/groundswell
    "base": set(),
    "config": {"base"},
    "wire": {"base"},
    "feed": {"base", "wire"},
    "sequence": {"base", "wire"},
    "market": {"base"},
    "signal": {"base"},
    "publish": {"base", "wire"},
    "journal": {"base", "wire"},
    "relay": {"base", "wire", "journal", "publish"},
    "metrics": {"base"},
    "pipeline": {"base", "config", "wire"} | STAGES,
    "simulate": {"base", "config", "feed", "journal", "wire"},
    "import": {"base", "config", "journal", "wire"},
    "export": {"base", "config", "wire", "pipeline"} | STAGES,
    "bench": {"base", "config", "wire", "pipeline", "simulate"} | STAGES,
    "client": {"base", "config", "wire", "pipeline"} | STAGES,
    "console": {"base", "config", "journal", "signal", "pipeline", "client"},
    "web": {"base", "config", "wire", "journal", "signal", "pipeline", "client", "console", "metrics"},
    "top": {"base", "config", "wire", "pipeline", "client", "console"},
    "doctor": {"base", "config", "wire", "pipeline", "top"},
    "app": {"base", "config", "wire", "pipeline", "relay", "simulate", "import", "export", "bench", "client", "console", "web", "top",
            "metrics", "doctor"} | STAGES,
}


def include_star(tree):
    for path, text in sources(tree, "src/").items():
        folder = path.split("/")[1]
        if folder not in STAR:
            yield path, 1, f"src/{folder} has no place in the include star: give it one in tests/tidy/tidy.py"
            continue
        for line, opening, header in includes(text):
            if opening != '"' or GENERATED.fullmatch(header):
                continue
            target = header.split("/")[0]
            if "/" not in header or target.startswith("."):
                yield path, line, f'"{header}": name it from src/, like "{folder}/{header.split("/")[-1]}"'
            elif target not in STAR[folder] | {folder, "groundswell"}:
                yield path, line, f'"{header}": {folder} may include {", ".join(sorted(STAR[folder])) or "nothing"} only'


FENCES = [  # headers, the files that may include them, how many of those files at most
    (r"zmq\w*\.h(pp)?", ["src/base/socket.cpp", "src/base/socket_wait.cpp", "src/base/library.cpp"], None),
    (r"toml\+\+/.*|toml\.hpp|toml\+\+\.h", ["src/config/toml.cpp"], 1),
    (r"CLI/.*|CLI11\.hpp", ["src/app/cli.cpp", "src/app/cli_recordings.cpp"], None),
    (r"(capnp|kj)/.*|.*\.capnp\.h", ["src/wire/*.cpp", "src/wire/message.hpp", "src/wire/*_impl.hpp"], None),
    (r"wire/(message|\w+_impl)\.hpp", ["src/wire/*.cpp", "src/wire/*_impl.hpp"], None),  # what those files share; nobody else sees it
    (r"archive(_entry)?\.h", ["src/import/*"], None),
    (r"flatbuffers/.*", ["src/export/*.cpp"], 1),
    (r"openssl/.*", ["src/base/sha256.cpp"], 1),
    (r"spdlog/.*", ["src/base/log.cpp"], 1),
    (r"date/.*", ["src/config/calendar.cpp"], 1),
    (r"date/.*", ["src/import/*.cpp"], 1),
    (r"boost/(asio|beast).*", ["src/web/server.cpp", "src/web/beast.cpp"], None),
    (r"n?curses(w)?\.h|term\.h|ncursesw?/.*", ["src/top/curses_screen.cpp"], 1),
    (r"prometheus/.*", ["src/metrics/*.cpp"], 1),
    (r"boost/lockfree/.*", ["src/base/ring.hpp"], 1),
]


def third_party(tree):
    users = {}  # index of the fence -> files behind it
    for path, text in sources(tree, "src/", "include/").items():
        for line, _, header in includes(text):
            fences = [index for index, fence in enumerate(FENCES) if re.fullmatch(fence[0], header)]
            open_to = [index for index in fences if matches(path, *FENCES[index][1])]
            if fences and not open_to:
                yield path, line, f"<{header}>: only in {' and '.join(FENCES[index][1][0] for index in fences)}"
            for index in open_to:
                users.setdefault(index, {})[path] = line
    for index, files in users.items():
        limit = FENCES[index][2]
        for path in sorted(files)[limit:] if limit else []:
            yield path, files[path], f"{FENCES[index][0]}: {sorted(files)[0]} includes it already; one file of {FENCES[index][1][0]} may"


def public_headers(tree):
    for path, text in sources(tree, "include/").items():
        for line, opening, header in includes(text):
            standard = opening == "<" and re.fullmatch(r"[a-z0-9_]+", header)
            if not standard and not header.startswith("groundswell/"):
                yield path, line, f"{header}: a public header needs nothing but the standard library and groundswell/"


CLOCK = r"\bclock_gettime\b|\bgettimeofday\b|\btimespec_get\b|::\s*now\s*\(|\btime\s*\(\s*(nullptr|NULL|0)\s*\)"


def wall_clock(tree):
    yield from banned(tree, CLOCK, "only src/base/clock.cpp reads a clock", ("src/", "include/"), ["src/base/clock.cpp"])
    for path, text in sources(tree, "src/market/", "src/signal/", "src/pipeline/fold").items():
        for line, _, header in includes(text):
            if header in ("base/clock.hpp", "chrono", "ctime", "time.h", "sys/time.h"):
                yield path, line, f"{header}: time is an input here"


LIBM = r"(?:\bstd\s*::\s*|(?<![\w:.>~])(?:::\s*)?)(?:log|log2|log10|log1p|exp|exp2|expm1|pow)[fl]?\s*\("


def libm(tree):
    folders = ("src/market/", "src/signal/", "src/simulate/")
    yield from banned(tree, LIBM, "its last bit differs between machines; use the project's own ln", folders)
    yield from banned(tree, r"\bstd\s*::\s*\w+_distribution\b", "its numbers differ between libraries; draw from integers", folders)


def randomness(tree):
    folders = ("src/market/", "src/signal/", "src/pipeline/fold", "src/simulate/")
    yield from banned(tree, r"\brandom_device\b|\bs?rand\s*\(", "the same input must give the same bits", folders)


def hash_order(tree):
    why = "the order of a hash map is not part of any contract"
    yield from banned(tree, r"\bunordered_(?:multi)?(?:map|set)\b", why, ("src/market/", "src/signal/"))


def sockets(tree):
    yield from banned(tree, r"\bzmq_socket\s*\(", "only src/base/socket.cpp makes sockets", ("src/",), ["src/base/socket.cpp"])


def files(tree):
    why = "only src/base/open_file.cpp opens files: a flood of connections must leave them room"
    yield from banned(tree, r"(?<![\w>])::open(?:at)?\s*\(|\bF_DUPFD", why, ("src/",), ["src/base/open_file.cpp"])


def registry(tree):
    if "src/signal/registry.hpp" not in tree:
        return
    users = {path: line for path, text in sources(tree, "src/", "tests/").items()
             for line, _, header in includes(text) if header == "signal/registry.hpp"}
    for path in sorted(users):
        if not path.endswith(".cpp") or len(users) > 1:
            yield path, users[path], "signal/registry.hpp belongs in exactly one .cpp: every signal edit would rebuild this one too"
    if not users:
        yield "src/signal/registry.hpp", 1, "nobody includes it"


def sizes(tree):
    for path, text in sources(tree, "src/", "include/", "tests/", suffixes=CODE + (".py", ".sh", "CMakeLists.txt")).items():
        lines = text.splitlines()
        if len(lines) > MAX_LINES:
            yield path, MAX_LINES + 1, f"{len(lines)} lines, at most {MAX_LINES}: split it"
        for number, line in enumerate(lines, 1):
            if len(line) > MAX_COLUMNS:
                yield path, number, f"{len(line)} columns, at most {MAX_COLUMNS}"


# Spelled in pieces, or this file would report itself.
MACHINE_PATH = r"(?<![\w.\-$}])/(?:" + "|".join(["work", "root", "home", "tmp/bash_" + "jobs"]) + r")/"


def machine_paths(tree):
    for path, text in sorted(tree.items()):
        for match in re.finditer(MACHINE_PATH, text):
            yield path, line_of(text, match.start()), f"{match.group()}: a path of one machine"


CHECKS = {check.__name__: check for check in (
    include_star, third_party, public_headers, wall_clock, libm, randomness, hash_order, sockets, files, registry, sizes, machine_paths)}


# ---------------------------------------------------------------------------------------------------------------------

def tree_of(root):
    """The files that are, or would be, under version control; binary ones left out."""
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-co", "--exclude-standard", "-z"], capture_output=True, check=False)
    if listed.returncode == 0:
        names = [name for name in listed.stdout.decode().split("\0") if name]
    else:  # an unpacked archive
        names = []
        for folder, folders, files in os.walk(root):
            folders[:] = [name for name in folders if name not in (".git", "build", "recordings", "__pycache__")]
            names += [str(Path(folder, name).relative_to(root)) for name in files]
    tree = {}
    for name in names:
        path = root / name
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            if b"\0" not in content:
                tree[name] = content.decode("utf-8", "replace")
    return tree


def self_test():
    from cases import BAD, GOOD  # beside this file

    wrong = [f"{name}: has no case that it must report" for name in CHECKS if name not in BAD]
    for name, trees in BAD.items():
        for tree, where in trees:
            found = [f"{path}:{line}" for path, line, _ in CHECKS[name](tree)]
            if found != where:
                wrong.append(f"{name}: found {found}, expected {where}, in {tree}")
    for name, trees in GOOD.items():
        for tree in trees:
            wrong += [f"{name}: false alarm at {path}:{line}: {message}" for path, line, message in CHECKS[name](tree)]
    print("\n".join(wrong) or f"{sum(map(len, BAD.values()))} violations reported, {sum(map(len, GOOD.values()))} clean trees passed")
    return 1 if wrong else 0


def main(arguments):
    root = Path(__file__).resolve().parents[2]
    if "--root" in arguments:
        at = arguments.index("--root")
        root = Path(arguments[at + 1]).resolve()
        del arguments[at:at + 2]
    if arguments == ["--list"]:
        print("\n".join(CHECKS))
        return 0
    if arguments == ["--self-test"]:
        return self_test()
    if len(arguments) != 1 or arguments[0] not in CHECKS:
        print(__doc__, file=sys.stderr)
        return 64
    found = list(CHECKS[arguments[0]](tree_of(root)))
    for path, line, message in found:
        print(f"{path}:{line}: {message}")
    print(f"{arguments[0]}: {len(found)} violations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
