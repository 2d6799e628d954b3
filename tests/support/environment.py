"""Gives every test process an environment and a data folder of its own, before the settings are read."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

DATA = Path(tempfile.mkdtemp(prefix="freeslot-data-"))
atexit.register(shutil.rmtree, DATA, ignore_errors=True)

_ENVIRONMENT = {
    "FREESLOT_DATA": str(DATA),
    "FREESLOT_SECRET_KEY": "only-for-tests-" + "s" * 40,
    "FREESLOT_KEY_ENCRYPTION_KEY": "only-for-tests-" + "k" * 40,
    "FREESLOT_BASE_URL": "http://testserver",
    "FREESLOT_ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "FREESLOT_EMAIL_URL": "smtp://127.0.0.1:9",
    "DJANGO_SETTINGS_MODULE": "freeslot.config.settings",
}

# What is set outside says which database to test on; the rest of a deployment's settings must not reach the tests.
for name in [name for name in os.environ if name.startswith("FREESLOT_") and not name.startswith("FREESLOT_TEST_")]:
    del os.environ[name]
os.environ.update(_ENVIRONMENT)
