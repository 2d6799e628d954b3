"""What is not there, or not right, is said in one line, with exit code 2 and without a traceback."""

import socket

import pytest

from freeslot.cli import COMMANDS
from tests.cli.process import environment, free_port, freeslot

pytestmark = pytest.mark.sqlite


def said(done):
    """The one line, and nothing else."""
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_a_bad_setting_stops_the_start(tmp_path):
    done = freeslot("serve", env=environment(tmp_path, FREESLOT_EMAIL_URL="mail.example"))

    assert said(done).startswith("freeslot: FREESLOT_EMAIL_URL must look like")


def test_a_missing_setting_stops_the_start(tmp_path):
    env = environment(tmp_path)
    del env["FREESLOT_SECRET_KEY"]

    assert said(freeslot("migrate", env=env)).startswith("freeslot: FREESLOT_SECRET_KEY is not set.")


def test_who_has_no_deployment_is_told_how_to_check_a_receipt(tmp_path):
    env = environment(tmp_path)
    del env["FREESLOT_SECRET_KEY"]

    assert said(freeslot("verify-receipt", "receipt.pdf", env=env)).endswith("and name them: --jwks FILE.")


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()

    done = freeslot("serve", env=environment(tmp_path / "file" / "data"))

    assert said(done).startswith(f"freeslot: FREESLOT_DATA: the folder {tmp_path}/file/data cannot be written")


def test_an_unreachable_database_is_said_without_its_password(tmp_path):
    url = f"postgres://user:word@127.0.0.1:{free_port()}/visits"

    line = said(freeslot("serve", env=environment(tmp_path, DATABASE_URL=url)))

    assert line.startswith("freeslot: The database cannot be reached: ")
    assert "word" not in line


def test_a_file_that_is_no_database_is_said(tmp_path):
    (tmp_path / "freeslot.sqlite3").write_text("These are not the pages of a database. " * 200, encoding="utf-8")

    assert "file is not a database" in said(freeslot("serve", env=environment(tmp_path)))


def test_serve_asks_for_the_migrations_first(tmp_path):
    done = freeslot("serve", env=environment(tmp_path))

    assert said(done) == "freeslot: The database is not up to date. Run `freeslot migrate` first."


def test_a_port_in_use_is_said(deployment):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        line = said(freeslot("serve", "--port", str(port), env=deployment))

    assert (
        line
        == f"freeslot: Port {port} of 127.0.0.1 cannot be used: Address already in use. Choose another with --port."
    )


@pytest.mark.parametrize(
    "port", ["65536", *(pytest.param(port, marks=pytest.mark.long) for port in ("99999", "0", "-1"))]
)
def test_a_port_that_there_is_not_is_said(deployment, port):
    words = f"freeslot: --port takes a number from 1 to 65535, not {port}."

    assert said(freeslot("serve", "--port", port, env=deployment)) == words
    no_settings = {name: value for name, value in deployment.items() if name != "FREESLOT_BASE_URL"}
    assert said(freeslot("demo", "--port", port, env=no_settings)) == words


def test_serve_does_not_show_the_demo_to_others(deployment):
    local = {"FREESLOT_DEMO": "1", "FREESLOT_BASE_URL": "http://localhost"}

    line = said(freeslot("serve", "--host", "0.0.0.0", env=deployment | local))  # noqa: S104 - that is the point

    assert line.startswith("freeslot: The demo shows passwords")


def test_sqlite_has_one_web_process_and_no_worker_alone(deployment):
    many = said(freeslot("serve", "--port", str(free_port()), "--processes", "2", env=deployment))
    alone = said(freeslot("worker", env=deployment))

    assert many.startswith("freeslot: On SQLite there is exactly one web process")
    assert alone.startswith("freeslot: On SQLite the worker runs inside")


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_each_command_explains_itself(command, capsys):
    from freeslot.cli import main

    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])

    assert f"usage: freeslot {command}" in capsys.readouterr().out
