"""docs/operations.md lists every setting that the code reads, and no other, with its default."""

import ast
import inspect
import re

from freeslot.config import environment
from tests.docs.documents import ROOT, table

SETTINGS = ROOT / "src" / "freeslot" / "config" / "settings.py"
COMPUTED = object()


def settings_read() -> dict[str, object]:
    """Each setting by name with its default: None where it must be set, COMPUTED where others decide it."""
    calls = [node for node in ast.walk(ast.parse(SETTINGS.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    of_environment = [call for call in calls if re.fullmatch(r"env\.[a-z_]+", ast.unparse(call.func))]
    named = [call for call in of_environment if isinstance(call.args[0], ast.Constant)]
    return {str(ast.literal_eval(call.args[0])): _default(call) for call in named}


def _default(call: ast.Call) -> object:
    if len(call.args) > 1:
        return call.args[1].value if isinstance(call.args[1], ast.Constant) else COMPUTED
    reader = getattr(environment, ast.unparse(call.func).removeprefix("env."))
    return inspect.signature(reader).parameters["default"].default


def settings_listed() -> dict[str, str]:
    return {row[0].strip("`"): row[-1] for row in table("docs/operations.md", "Settings")}


def test_every_setting_of_the_code_is_listed_and_no_other():
    assert settings_listed().keys() == settings_read().keys()


def test_every_constant_default_is_the_listed_one():
    listed = {name: default.strip("`") for name, default in settings_listed().items()}
    constant = {name: default for name, default in settings_read().items() if default not in {None, COMPUTED}}

    assert {name: listed[name] for name in constant} == {name: _written(default) for name, default in constant.items()}


def _written(default: object) -> str:
    return str(int(default) if isinstance(default, bool) else default) or "empty"


def test_a_setting_without_default_is_listed_as_one_that_must_be_set():
    needed = {name for name, default in settings_read().items() if default is None}

    assert {name for name, default in settings_listed().items() if "must be set" in default} == needed
