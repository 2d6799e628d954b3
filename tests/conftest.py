"""What every test may ask for; each kind of support has its own file."""

pytest_plugins = [
    "tests.support.background",
    "tests.support.database",
    "tests.support.examples",
    "tests.support.leftovers",
    "tests.support.logs",
    "tests.support.network",
    "tests.support.passwords",
    "tests.support.browser",
]
