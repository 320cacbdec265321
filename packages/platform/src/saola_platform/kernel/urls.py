"""Addresses of the kernel: the choice of language. /health is answered by the middleware, before anything else."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("i18n/", include("django.conf.urls.i18n"))]
