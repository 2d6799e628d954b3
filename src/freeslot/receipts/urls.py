"""The addresses where anyone checks a receipt."""

from django.urls import path

from freeslot.receipts import views

app_name = "receipts"
urlpatterns = [
    path("receipts/verify/", views.verify, name="verify"),
    path(".well-known/jwks.json", views.jwks, name="jwks"),
]
