"""The settings under which tests and checks run: a data folder of their own, keys that guard nothing, no outside."""

from pathlib import Path


def settings_for(data: Path) -> dict[str, str]:
    """A whole and valid environment of Freeslot with its data in `data`; the database is left to the caller."""
    return {
        "DJANGO_SETTINGS_MODULE": "freeslot.config.settings",
        "FREESLOT_ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
        "FREESLOT_BASE_URL": "http://testserver",
        "FREESLOT_DATA": str(data),
        "FREESLOT_EMAIL_URL": "smtp://127.0.0.1:9",
        "FREESLOT_KEY_ENCRYPTION_KEY": "only-for-tests-" + "k" * 40,
        "FREESLOT_SECRET_KEY": "only-for-tests-" + "s" * 40,
    }
