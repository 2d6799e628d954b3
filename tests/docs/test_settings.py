"""docs/operations.md lists every setting that the code reads, and no other, with its default."""

import ast
import re

from tests.docs.documents import ROOT, table

CONFIG = ROOT / "src" / "freeslot" / "config"


def settings_read() -> dict[str, ast.expr | None]:
    """Each setting by name with the expression of its default."""
    tree = ast.parse((CONFIG / "settings.py").read_text(encoding="utf-8"))
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    of_environment = [call for call in calls if re.fullmatch(r"env\.\w+", ast.unparse(call.func))]
    return {ast.literal_eval(call.args[0]): call.args[1] if len(call.args) > 1 else None for call in of_environment}


def settings_listed() -> dict[str, str]:
    return {row[0].strip("`"): row[-1] for row in table("docs/operations.md", "Settings")}


def test_every_setting_of_the_code_is_listed_and_no_other():
    assert settings_listed().keys() == settings_read().keys()


def test_every_constant_default_is_the_listed_one():
    listed = settings_listed()
    constant = {
        name: str(int(default.value) if isinstance(default.value, bool) else default.value)
        for name, default in settings_read().items()
        if isinstance(default, ast.Constant)
    }

    assert {name: listed[name].strip("`") for name in constant} == {
        name: value or "empty" for name, value in constant.items()
    }


def test_a_setting_without_default_is_listed_as_one_that_must_be_set():
    needed = {name for name, default in settings_read().items() if default is None}

    assert {name for name, default in settings_listed().items() if "must be set" in default} == needed
