"""`python -m groundswell`: what is done to recordings from Python."""

from __future__ import annotations

import argparse
import sys

from groundswell.errors import DamagedError, GroundswellError, NotFoundError, OptionError, OtherVersionError

_EXITS = ((OptionError, 64), (DamagedError, 65), (OtherVersionError, 65), (NotFoundError, 66))


def main(words: list[str] | None = None) -> int:
    """Exit codes: 0, 64 wrong words, 65 damaged, 66 not there, 74 all else."""
    parser = argparse.ArgumentParser(prog="python -m groundswell", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    verb = verbs.add_parser(
        "convert",
        help="a recording into Parquet, or such a Parquet into a recording, losslessly",
        description="The ending of OUT says what to make: .parquet or .gsj. OUT must not exist.",
    )
    verb.add_argument("source", metavar="IN", help="a .gsj file, a folder of segments, or a .parquet that convert made")
    verb.add_argument("target", metavar="OUT")
    arguments = parser.parse_args(words)
    try:
        from groundswell.convert import convert

        count = convert(arguments.source, arguments.target)
    except GroundswellError as error:
        print(f"groundswell: {error}", file=sys.stderr)
        return next((code for kind, code in _EXITS if isinstance(error, kind)), 74)
    print(f"{arguments.target}: {count} records", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
