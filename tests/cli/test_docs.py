"""`freeslot docs` writes the generated pages, and --check notices when one is out of date."""

from pathlib import Path

from freeslot.cli import main


def test_the_pages_in_the_repository_are_up_to_date():
    folder = Path(__file__).parent.parent.parent / "docs" / "generated"

    assert main(["docs", "--check", f"--folder={folder}"]) == 0


def test_a_page_that_is_out_of_date_is_named_and_then_written(tmp_path, capsys):
    (tmp_path / "states.md").write_text("Once it was so.", encoding="utf-8")

    assert main(["docs", "--check", f"--folder={tmp_path}"]) == 1
    assert capsys.readouterr().err == f"{tmp_path}/states.md is out of date. Run `freeslot docs`.\n"
    assert main(["docs", f"--folder={tmp_path}"]) == 0
    assert main(["docs", "--check", f"--folder={tmp_path}"]) == 0
    assert "| cancel | booked | cancelled | anyone |" in (tmp_path / "states.md").read_text(encoding="utf-8")


def test_outside_a_checkout_it_says_where_to_run_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    assert [main(["docs", "--check"]), main(["docs"])] == [2, 2]
    assert capsys.readouterr().err.splitlines()[0].startswith("freeslot: There is no docs/generated here.")
    assert list(tmp_path.iterdir()) == []
