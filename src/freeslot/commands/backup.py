"""Being written."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing yet."""


def run(_arguments: argparse.Namespace) -> int:
    return 2
