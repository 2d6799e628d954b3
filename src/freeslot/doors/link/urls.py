"""The link door's own addresses; a link is good with and without its last slash, so that no redirect carries it."""

from django.urls import path

from freeslot.doors.link.views.again import link_again, link_close
from freeslot.doors.link.views.find import find
from freeslot.doors.link.views.link import link

urlpatterns = [
    path("m/", link_again, name="link_again"),
    path("m/close/", link_close, name="link_close"),
    path("m/<str:token>/", link, name="link"),
    path("m/<str:token>", link),
    path("find/", find, name="find"),
]
