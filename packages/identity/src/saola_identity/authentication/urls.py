"""Addresses of the sign-in pages."""

from __future__ import annotations

from django.urls import path

from saola_identity.authentication import views

app_name = "authentication"
urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in", views.show_sign_in, name="sign-in"),
    path("sign-out", views.leave, name="sign-out"),
    path("sign-in/passkey/options", views.passkey_sign_in_options, name="passkey-sign-in-options"),
    path("sign-in/passkey", views.passkey_sign_in, name="passkey-sign-in"),
    path("passkeys/options", views.passkey_registration_options, name="passkey-options"),
    path("passkeys", views.add_passkey, name="passkey-add"),
    path("passkeys/<int:key_id>/remove", views.remove_passkey, name="passkey-remove"),
    path("health", views.health, name="health"),
]
