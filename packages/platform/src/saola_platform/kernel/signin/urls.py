"""Addresses of signing in and out."""

from __future__ import annotations

from django.urls import path

from saola_platform.kernel.signin import views

app_name = "signin"
urlpatterns = [
    path("sign-in", views.sign_in, name="sign-in"),
    path("signin/callback", views.callback, name="callback"),
    path("sign-out", views.sign_out, name="sign-out"),
]
