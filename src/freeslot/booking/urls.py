"""Addresses of the pages of booking."""

from django.urls import path

from freeslot.booking.views.checkout import checkout
from freeslot.booking.views.first import book
from freeslot.booking.views.times import book_times

urlpatterns = [
    path("p/<slug:slug>/book/", book, name="book"),
    path("p/<slug:slug>/book/times/", book_times, name="book_times"),
    path("p/<slug:slug>/book/<uuid:checkout_id>/", checkout, name="checkout"),
]
