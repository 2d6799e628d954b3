"""Addresses that exist only in the demo."""

from django.urls import path

from freeslot.demo import views

app_name = "demo"

urlpatterns = [
    path("demo/world.json", views.world, name="world"),
    path("demo/outbox/", views.outbox, name="outbox"),
    path("demo/outbox.json", views.outbox_json, name="outbox.json"),
    path("demo/outbox/<str:message_id>/", views.message, name="message"),
    path("demo/outbox/<str:message_id>/html/", views.message_html, name="message-html"),
    path("demo/outbox/<str:message_id>/<int:number>/", views.attachment, name="attachment"),
]
