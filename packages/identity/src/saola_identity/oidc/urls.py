"""Addresses of the provider's endpoints."""

from __future__ import annotations

from django.urls import path

from saola_identity.oidc.views import authorize, discovery, logout, token

app_name = "oidc"
urlpatterns = [
    path(".well-known/openid-configuration", discovery.metadata, name="metadata"),
    path("oidc/keys", discovery.keys, name="keys"),
    path("oidc/authorize", authorize.authorize, name="authorize"),
    path("oidc/authorize/<str:name>", authorize.proceed, name="proceed"),
    path("oidc/token", token.token, name="token"),
    path("oidc/userinfo", token.userinfo, name="userinfo"),
    path("oidc/end-session", logout.end_session, name="end-session"),
    path("oidc/end-session/confirm", logout.confirm, name="end-session-confirm"),
]
