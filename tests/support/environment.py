"""Gives every test process an environment and a data folder of its own, before the settings are read."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from tooling.sandbox import settings_for

DATA = Path(tempfile.mkdtemp(prefix="freeslot-data-"))
atexit.register(shutil.rmtree, DATA, ignore_errors=True)

# What is set outside says which database to test on; the rest of a deployment's settings must not reach the tests.
for name in [name for name in os.environ if name.startswith("FREESLOT_") and not name.startswith("FREESLOT_TEST_")]:
    del os.environ[name]
os.environ.update(settings_for(DATA))
