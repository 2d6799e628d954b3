"""Runs benchmarks against the database that DATABASE_URL names; prints one JSON object a line."""

import importlib
import json
import sys

from bench.world import set_up


def main(names: list[str]) -> None:
    set_up()
    for name in names:
        for figure in importlib.import_module(f"bench.{name}").run():
            sys.stdout.write(json.dumps(figure.as_dict()) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
