"""The address at which the text-message gateway reports."""

from django.urls import path

from freeslot.messages import views

app_name = "messages"
urlpatterns = [path("texts/reports/", views.reports, name="reports")]
