"""Addresses of the pages of a visit, the same behind every door."""

from django.urls import path

from freeslot.visits.views.calendar import visit_calendar
from freeslot.visits.views.cancellation import cancellation
from freeslot.visits.views.feed import feed, new_feed, no_feed
from freeslot.visits.views.join import join
from freeslot.visits.views.mine import appointments
from freeslot.visits.views.move import move
from freeslot.visits.views.receipt import receipt, receipt_json, receipt_pdf
from freeslot.visits.views.release import release
from freeslot.visits.views.resend import resend
from freeslot.visits.views.series_cancellation import series_cancellation
from freeslot.visits.views.series_move import series_move
from freeslot.visits.views.take_back import take_back
from freeslot.visits.views.together import together
from freeslot.visits.views.undo import undo
from freeslot.visits.views.visit import appointment
from freeslot.visits.views.wish import wish

urlpatterns = [
    path("appointments/", appointments, name="appointments"),
    path("appointments/together/", together, name="together"),
    path("appointments/<str:ref>/", appointment, name="appointment"),
    path("appointments/<str:ref>/cancellation/", cancellation, name="cancellation"),
    path("appointments/<str:ref>/move/", move, name="move"),
    path("appointments/<str:ref>/series/cancellation/", series_cancellation, name="series-cancellation"),
    path("appointments/<str:ref>/series/move/", series_move, name="series-move"),
    path("appointments/<str:ref>/wish/", wish, name="wish"),
    path("appointments/<str:ref>/join/", join, name="join"),
    path("appointments/<str:ref>/undo/", undo, name="undo"),
    path("appointments/<str:ref>/take-back/", take_back, name="take-back"),
    path("appointments/<str:ref>/release/", release, name="release"),
    path("appointments/<str:ref>/resend/", resend, name="resend"),
    path("appointments/<str:ref>/receipt/", receipt, name="receipt"),
    path("appointments/<str:ref>/receipt.pdf", receipt_pdf, name="receipt.pdf"),
    path("appointments/<str:ref>/receipt.json", receipt_json, name="receipt.json"),
    path("appointments/<str:ref>/visit.ics", visit_calendar, name="visit.ics"),
    path("calendar/<str:secret>.ics", feed, name="feed"),
    path("calendar/", new_feed, name="new_feed"),
    path("calendar/stop/", no_feed, name="no_feed"),
]
