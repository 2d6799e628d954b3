"""A backup is one file that holds everything, and a restore brings it back."""

import shutil
import sqlite3
from contextlib import closing

import pytest
from django.db import connection

from freeslot.practices.models import Practice
from freeslot.scheduling.models import ManageLink
from tests.cli.process import ask, environment, free_port, freeslot, running, url_of_test_database, wait_until
from tests.link.doors import link_of, token_of
from tests.support.cast import make_cast

PRACTICE = [
    "practice", "create", "--slug=elm", "--name=Elm Street", "--zone=Europe/Berlin", "--country=de", "--currency=eur",
    "--phone=030 23125 100",
]  # fmt: skip


def slugs(data):
    with closing(sqlite3.connect(data / "freeslot.sqlite3")) as database:
        return [slug for (slug,) in database.execute("SELECT slug FROM practices_practice ORDER BY slug")]


@pytest.mark.sqlite
def test_a_backup_comes_back_in_an_empty_place(deployment, tmp_path):
    assert freeslot(*PRACTICE, env=deployment).returncode == 0
    file, elsewhere = tmp_path / "kept.backup", tmp_path / "elsewhere"

    kept = freeslot("backup", str(file), env=deployment)
    back = freeslot("restore", str(file), env=environment(elsewhere))

    assert (kept.returncode, kept.stdout) == (0, f"The backup is in {file}.\n")
    assert (back.returncode, back.stdout) == (0, f"The database is as it was in {file}.\n")
    assert slugs(elsewhere) == ["elm"]
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.long
@pytest.mark.sqlite
def test_neither_overwrites_anything_unasked(deployment, tmp_path):
    assert freeslot(*PRACTICE, env=deployment).returncode == 0
    file = tmp_path / "kept.backup"
    assert freeslot("backup", str(file), env=deployment).returncode == 0

    again = freeslot("backup", str(file), env=deployment)
    over = freeslot("restore", str(file), env=deployment)
    other = freeslot("restore", "--replace", str(tmp_path / "missing"), env=deployment)

    assert again.stderr == f"freeslot: {file} exists already; a backup never overwrites one.\n"
    assert over.stderr.startswith("freeslot: The database already holds practices. Give --replace")
    assert other.stderr == f"freeslot: {tmp_path}/missing is not there.\n"


@pytest.mark.sqlite
def test_what_is_no_backup_is_refused(deployment, tmp_path):
    (tmp_path / "letter").write_text("Dear patient", encoding="utf-8")

    done = freeslot("restore", str(tmp_path / "letter"), env=deployment)

    assert done.returncode == 2
    assert "is not a backup of Freeslot" in done.stderr


@pytest.mark.long
@pytest.mark.sqlite
def test_nothing_is_replaced_under_a_running_server(deployment, tmp_path):
    file, log, port = tmp_path / "kept.backup", tmp_path / "serve.log", free_port()
    assert freeslot("backup", str(file), env=deployment).returncode == 0
    with running("serve", "--port", str(port), env=deployment, log=log):
        wait_until(lambda: ask(port, "/healthz")[0] == 200, log=log)
        under = freeslot("restore", "--replace", str(file), env=deployment)
    after = freeslot("restore", "--replace", str(file), env=deployment)

    assert under.returncode == 2
    assert under.stderr.startswith("freeslot: Freeslot is running on this database. Stop it first")
    assert (after.returncode, after.stderr) == (0, "")


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_on_postgresql_its_own_programs_do_it(tmp_path):
    cast = make_cast(weeks=1)
    visit = cast.book(days=1)
    token = token_of(visit)
    env = environment(tmp_path, DATABASE_URL=url_of_test_database())
    file = tmp_path / "kept.backup"
    if shutil.which("pg_dump") is None:
        assert freeslot("backup", str(file), env=env).stderr.startswith("freeslot: pg_dump is not installed;")
        return

    kept = freeslot("backup", str(file), env=env)
    Practice.objects.update(name="Changed")
    ManageLink.objects.all().delete()
    connection.close()
    back = freeslot("restore", "--replace", str(file), env=env)

    assert (kept.returncode, kept.stderr) == (0, "")
    assert (back.returncode, back.stderr) == (0, "")
    assert Practice.objects.get().name == cast.practice.name
    assert link_of(token).appointment_id == visit.pk
