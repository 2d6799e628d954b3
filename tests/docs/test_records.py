"""The changelog knows the version, and decision records have their form."""

import re
import tomllib

from tests.docs.documents import ROOT, text

RECORDS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))


def test_the_changelog_has_the_version_of_the_project():
    version = tomllib.loads(text("pyproject.toml"))["project"]["version"]

    assert re.search(rf"^## \[?(Unreleased\] – )?{re.escape(version)}\b", text("CHANGELOG.md"), re.MULTILINE)


def test_records_are_numbered_without_gaps():
    assert [int(path.name[:4]) for path in RECORDS] == list(range(1, len(RECORDS) + 1))


def test_each_record_says_context_decision_and_what_gets_worse_on_one_page():
    for path in RECORDS:
        record = path.read_text(encoding="utf-8")
        sections = re.findall(r"^## (.+)$", record, re.MULTILINE)
        assert sections == ["Context", "Decision", "What gets worse"], path.name
        assert record.startswith(f"# {int(path.name[:4])}. "), path.name
        assert len(record.split()) < 500, path.name


def test_the_list_of_records_has_each_with_its_title():
    listed = re.findall(r"\[\d{4}\]\((.+?)\) \| (.+?) \|", text("docs/decisions/README.md"))
    titles = [path.read_text(encoding="utf-8").splitlines()[0].split(". ", 1)[1] for path in RECORDS]

    assert listed == [(path.name, title) for path, title in zip(RECORDS, titles, strict=True)]
