"""A process of its own in a race: says that it is ready, gets its tries, says what came of them."""

import json
import sys

import django


def main(threads: int) -> None:
    django.setup()
    from django.db import connection

    from tests.race.running import in_threads

    connection.ensure_connection()
    print("ready", flush=True)
    tries = [(act, given) for act, given in json.loads(sys.stdin.readline())]
    print(json.dumps(in_threads(tries, workers=threads)), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
