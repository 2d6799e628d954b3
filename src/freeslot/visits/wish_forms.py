"""The form of a wish for an earlier time: which day, days of the week, hours, who, and how long beforehand."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from freeslot.scheduling.models import Appointment
from freeslot.scheduling.reasons import choices
from freeslot.scheduling.rulebook import ReasonRule
from freeslot.visits.forms import LONGEST_REASON, NOT_OFFERED
from freeslot.waitlist.errors import Unwishable
from freeslot.waitlist.reach import is_in_reach
from freeslot.waitlist.terms import Terms
from freeslot.web.facts import Choice, Place
from freeslot.web.formatting import clock, length
from freeslot.web.formatting.locales import data

FIRST_HOUR, LAST_HOUR = 6, 22
NOTICES, USUAL = (12, 24, 48, 72, 120, 168), 24
NOT_A_CHOICE = gettext_lazy("Choose one of those in the list.")
# The field that each reason against a wish is about; the others are about the visit.
ABOUT = {
    Unwishable.TOO_LATE_DAY: "before",
    Unwishable.TOO_EARLY_DAY: "before",
    Unwishable.NO_HOURS: "until",
    Unwishable.NOT_GIVEN: "practitioner",
    Unwishable.NEVER: "days",
}
WORDS = {
    Unwishable.TOO_LATE_DAY: gettext_lazy("Choose the day of your visit or an earlier one."),
    Unwishable.TOO_EARLY_DAY: gettext_lazy("That is too soon to find a time. Choose a later day, or be told later."),
    Unwishable.NO_HOURS: gettext_lazy("Your visit does not fit between these hours."),
    Unwishable.NOT_GIVEN: gettext_lazy("They do not give this kind of visit."),
    Unwishable.NEVER: gettext_lazy(
        "The practice has no time like this that could come free. Choose other days or hours."
    ),
}


class WishForm(forms.Form):
    """`days` are numbers of weekdays, Monday = 0; `since` and `until` the practice's own clock; `notice` hours."""

    before = forms.DateField(
        label=gettext_lazy("Before which day?"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
        error_messages={
            "required": gettext_lazy("Choose a day."),
            "invalid": gettext_lazy("Write the day as year, month, day: 2027-03-12."),
        },
    )
    days = forms.MultipleChoiceField(required=False, label=gettext_lazy("On which days?"))
    since = forms.ChoiceField(required=False, label=gettext_lazy("Not before"))
    until = forms.ChoiceField(required=False, label=gettext_lazy("Over by"))
    practitioner = forms.ChoiceField(required=False, label=gettext_lazy("With whom?"))
    notice = forms.ChoiceField(label=gettext_lazy("How long beforehand must you know?"))
    reason = forms.CharField(
        required=False,
        max_length=LONGEST_REASON,
        label=gettext_lazy("Why are you moving it?"),
        error_messages={"max_length": NOT_OFFERED, "null_characters_not_allowed": NOT_OFFERED},
    )

    def __init__(
        self, sent: Any = None, *, visit: Appointment, place: Place, people: Mapping[uuid.UUID, str], **given: Any
    ) -> None:
        """`people` are those who could give the visit; with fewer than two nobody is asked for."""
        super().__init__(sent, **given)
        day = visit.starts_at.astimezone(visit.practice.tz).date()
        today = place.now.astimezone(visit.practice.tz).date()
        self.fields["before"].widget.attrs |= {"min": str(today + timedelta(days=1)), "max": str(day)}
        self.fields["before"].initial = day
        self.weekdays = _weekdays(place)
        self._offer("days", [(str(value), words) for value, words in enumerate(self.weekdays)])
        for name in ("since", "until"):
            self._offer(name, [("", _("Any time")), *((str(hour), _hour(hour, place)) for hour in HOURS)])
        self._offer("notice", [(str(hours), length(timedelta(hours=hours), locale=place.locale)) for hours in NOTICES])
        self.fields["notice"].initial = str(
            USUAL if is_in_reach(visit, timedelta(hours=USUAL), place.now) else NOTICES[0]
        )
        if len(people) > 1:
            self._offer("practitioner", [("", _("Anyone")), *((str(pk), name) for pk, name in people.items())])
        else:
            del self.fields["practitioner"]
        if visit.rules.move.reason is ReasonRule.REQUIRED:
            self.fields["reason"].required = True
            offered = [("", _("Choose one")), *choices(visit.rules.reasons)]
            self.fields["reason"].widget = forms.Select(choices=offered)
        else:
            del self.fields["reason"]

    def _offer(self, name: str, offered: list[tuple[str, str]]) -> None:
        field = cast("forms.ChoiceField", self.fields[name])
        field.choices = offered
        field.error_messages["invalid_choice"] = NOT_A_CHOICE

    @property
    def day_choices(self) -> list[Choice]:
        chosen = {str(value) for value in self["days"].value() or []}
        return [Choice(str(value), words, chosen=str(value) in chosen) for value, words in enumerate(self.weekdays)]

    @property
    def terms(self) -> Terms:
        said = self.cleaned_data
        return Terms(
            before_on=said["before"],
            weekdays=frozenset(int(day) for day in said["days"]),
            starts_from=time(int(said["since"])) if said["since"] else None,
            ends_until=time(int(said["until"])) if said["until"] else None,
            practitioner_id=uuid.UUID(said["practitioner"]) if said.get("practitioner") else None,
            notice=timedelta(hours=int(said["notice"])),
        )

    def refuse(self, why: Unwishable) -> None:
        """Says at its field what speaks against the wish."""
        field = ABOUT.get(why)
        self.add_error(field if field in self.fields else None, str(WORDS[why]))


HOURS = range(FIRST_HOUR, LAST_HOUR + 1)


def said_by(terms: Terms) -> dict[str, Any]:
    """The form's values for a wish that stands."""
    return {
        "before": terms.before_on,
        "days": [str(day) for day in sorted(terms.weekdays)],
        "since": str(terms.starts_from.hour) if terms.starts_from else "",
        "until": str(terms.ends_until.hour) if terms.ends_until else "",
        "practitioner": str(terms.practitioner_id or ""),
        "notice": str(int(terms.notice.total_seconds()) // 3600),
    }


def _weekdays(place: Place) -> list[str]:
    names = get_day_names("wide", context="stand-alone", locale=data(place.locale))
    return [str(names[index]) for index in range(7)]


def _hour(hour: int, place: Place) -> str:
    """A clock time on a day without a clock change."""
    return clock(datetime.combine(QUIET_DAY, time(hour), ZoneInfo(place.zone)), zone=place.zone, locale=place.locale)


QUIET_DAY = date(2027, 1, 13)
