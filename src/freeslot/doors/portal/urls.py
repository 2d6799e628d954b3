"""The portal's own addresses."""

from django.urls import path

from freeslot.doors.portal import views

urlpatterns = [
    path("", views.practices, name="home"),
    path("p/<slug:slug>/", views.practice, name="practice"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
]
