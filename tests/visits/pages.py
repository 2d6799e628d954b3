"""Reads pages as a patient or an outside check does: first words, facts, form fields."""

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

from django.test import Client

from freeslot.scheduling.models import Appointment


@dataclass
class Read(HTMLParser):
    """One page. `facts` are those of each element with data-ref, `fields` the named inputs of the page's forms."""

    heading: str = ""
    text: str = ""
    facts: list[dict[str, str]] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    choices: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)
    refresh: str = ""
    _inside: list[str] = field(default_factory=list)
    _caught: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if "data-ref" in found:
            self.facts.append({name[5:]: value for name, value in found.items() if name.startswith("data-")})
        if tag == "input" and found.get("type") == "radio":
            self.choices.append(found["value"])
        elif tag == "input" and "name" in found:
            self.fields[found["name"]] = found.get("value", "")
        if tag == "meta" and found.get("http-equiv") == "refresh":
            self.refresh = found["content"]
        if tag in {"a", "button", "h1", "textarea"}:
            self._inside.append(tag)
            self._caught = ""
        if tag == "a":
            self.links.append((found.get("href", ""), ""))

    def handle_endtag(self, tag: str) -> None:
        if tag not in {"a", "button", "h1", "textarea"}:
            return
        words = " ".join(self._caught.split())
        if tag == "h1":
            self.heading = words
        elif tag == "button":
            self.buttons.append(words)
        elif tag == "textarea":
            self.fields["note"] = self._caught.removeprefix("\n")
        elif self.links:
            self.links[-1] = (self.links[-1][0], words)

    def handle_data(self, data: str) -> None:
        self.text += " " + data
        self._caught += data


def read(response) -> Read:
    page = Read()
    page.feed(response.content.decode())
    page.text = re.sub(r"\s+([.,])", r"\1", " ".join(unescape(page.text).split()))
    return page


def address(visit: Appointment, name: str = "") -> str:
    return f"/appointments/{visit.reference}/{name}"


def press_cancel(client: Client, visit: Appointment, **form: str):
    """The press of someone who opened the page just now: its hidden fields, and what they chose."""
    fields = read(client.get(address(visit, "cancellation/"))).fields
    return client.post(address(visit, "cancellation/"), {**fields, **form})
