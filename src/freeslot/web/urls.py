"""Addresses of the stylesheet and the script; each names its content, so it can be kept for a year."""

from django.urls import path, re_path

from freeslot.web import views

app_name = "web"

urlpatterns = [
    re_path(r"^style/(?P<colour>[0-9a-f]{6})-(?P<digest>[0-9a-f]{10})\.css$", views.style, name="style"),
    path("script/<slug:digest>.js", views.page_script, name="script"),
]
