"""The link door's own addresses; a link is good without its last slash too, so that no redirect carries it."""

from django.urls import path, re_path

from freeslot.doors.link.views.again import link_again, link_close
from freeslot.doors.link.views.find import find
from freeslot.doors.link.views.link import link
from freeslot.doors.link.views.others import link_others

urlpatterns = [
    path("m/", link_again, name="link_again"),
    path("m/close/", link_close, name="link_close"),
    path("m/others/", link_others, name="link_others"),
    path("m/<str:token>/", link, name="link"),
    # Whatever was copied along with it, lines' ends too: an address without a match would be sent on with a slash.
    re_path(r"^m/(?P<token>[\s\S]+)$", link),
    path("find/", find, name="find"),
]
