"""Addresses of the notices of the signed-in person."""

from __future__ import annotations

from django.urls import path

from saola_platform.notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.notices, name="notices"),
    path("<uuid:notice>/open", views.open_notice, name="open"),
]
