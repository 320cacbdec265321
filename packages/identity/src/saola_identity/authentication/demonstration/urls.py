"""The address of the choice."""

from __future__ import annotations

from django.urls import path

from saola_identity.authentication.demonstration import views

app_name = "demonstration"
urlpatterns = [path("sign-in/as/<uuid:account_id>", views.become, name="become")]
