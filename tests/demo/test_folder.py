"""The demo makes, locks and empties its own folder, and leaves every other alone."""

import pytest

from freeslot.demo.folder import MARKER, FolderRefused, prepare_folder, secrets_of


def test_an_empty_place_becomes_the_demo_s(tmp_path):
    with prepare_folder(tmp_path / "new" / "demo", fresh=False):
        assert (tmp_path / "new" / "demo" / MARKER).is_file()


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("Chapter 1", encoding="utf-8")

    with pytest.raises(FolderRefused, match=r"holds files that are not the demo's"):
        prepare_folder(tmp_path, fresh=True)
    assert [each.name for each in tmp_path.iterdir()] == ["thesis.txt"]


def test_fresh_throws_the_earlier_demo_away_and_nothing_outside(tmp_path):
    data, outside = tmp_path / "demo", tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    prepare_folder(data, fresh=False).close()
    (data / "freeslot.sqlite3").touch()
    (data / "outbox").mkdir()
    (data / "link").symlink_to(outside)

    with prepare_folder(data, fresh=False):
        assert (data / "freeslot.sqlite3").exists()
    with prepare_folder(data, fresh=True):
        assert {each.name for each in data.iterdir()} == {MARKER, "lock"}
    assert (outside / "kept").exists()


def test_two_demos_do_not_share_a_folder(tmp_path):
    with (
        prepare_folder(tmp_path / "demo", fresh=False),
        pytest.raises(FolderRefused, match="Another demo is running"),
    ):
        prepare_folder(tmp_path / "demo", fresh=True)


def test_what_is_no_folder_is_refused(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(FolderRefused, match="is not a folder"):
        prepare_folder(tmp_path / "file", fresh=False)
    with pytest.raises(FolderRefused, match="cannot be written"):
        prepare_folder(tmp_path / "file" / "demo", fresh=False)


def test_the_secrets_are_drawn_once_and_are_their_owner_s_alone(tmp_path):
    drawn = secrets_of(tmp_path)

    assert secrets_of(tmp_path) == drawn
    assert {name: len(value) >= 32 for name, value in drawn.items()} == {
        "FREESLOT_SECRET_KEY": True, "FREESLOT_KEY_ENCRYPTION_KEY": True,
    }  # fmt: skip
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
