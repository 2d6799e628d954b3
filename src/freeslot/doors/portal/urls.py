"""The portal's own addresses."""

from django.urls import path

from freeslot.doors.portal import views

# Doors that are promised and not there yet: whoever tries one finds the practices.
NOT_YET = ("app/", "desk/")

urlpatterns = [
    path("", views.practices, name="home"),
    path("p/<slug:slug>/", views.practice, name="practice"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
    *(path(address, views.practices) for address in NOT_YET),
]
