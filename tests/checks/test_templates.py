"""The template check finds inline code, other hosts and words that nobody can translate."""

from pathlib import Path

import pytest

from tooling.checks import templates

RIGHT = """{% load i18n %}<!doctype html>
<title>{% block title %}{{ practice }}{% endblock %}</title>
<script type="module" src="{{ script }}"></script>
<svg xmlns="http://www.w3.org/2000/svg" aria-label="{% translate "Now" %}"></svg>
<p class="{% if a > b %}late{% endif %}">{% blocktranslate trimmed %}
    Your visit is <b>booked</b>.
{% endblocktranslate %} · {{ day }}</p>
<{% if a %}a href="{{ a }}"{% else %}button{% endif %} class="b">{{ b }}</{% if a %}a{% else %}button{% endif %}>
<time>{{ at }} UTC</time>
{% block html_class %}desk{% endblock %}
{# a remark for whoever reads this file #}
{% comment %} and a longer one {% endcomment %}
"""


def test_a_page_as_it_should_be_passes():
    assert templates.problems(RIGHT, is_mail=False) == []


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ('\n<p style="color: red">1</p>', (2, "<p> has an inline style")),
        ('<button onclick="go()">1</button>', (1, "<button> has an inline onclick")),
        ("<script>\ngo()</script>", (1, "inline script")),
        ("<style>p { margin: 0 }</style>", (1, "inline style")),
        ('<a href="javascript:go()">1</a>', (1, "<a> has a script as its href")),
        ('<img src="https://cdn.example/a.png">', (1, "names another host: https://cdn.example")),
        ('<img src="//cdn.example/a.png">', (1, "names another host: //cdn.example")),
        ("<p>\n Cancel</p>", (1, "is not marked for translation: Cancel")),
        (
            '<input placeholder="Your name">',
            (1, "<input> has a placeholder that is not marked for translation: Your name"),
        ),
    ],
)
def test_each_breach_is_named_with_its_line(template: str, problem: tuple[int, str]):
    assert templates.problems(template, is_mail=False) == [problem]


def test_a_mail_may_carry_its_look_in_its_elements_but_no_script():
    mail = '<td style="padding: 0" bgcolor="#ffffff" onclick="go()">1</td>'

    assert templates.problems(mail, is_mail=True) == [(1, "<td> has an inline onclick")]


def test_a_template_that_does_not_compile_is_found(tmp_path: Path, settings):
    folder = tmp_path / "src/freeslot/templates"
    folder.mkdir(parents=True)
    (folder / "broken.html").write_text("{% if %}", encoding="utf-8")
    settings.TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [folder]}]

    findings = templates.check(tmp_path)

    assert [finding.split(": ")[:2] for finding in findings] == [
        ["src/freeslot/templates/broken.html", "does not compile"],
    ]
