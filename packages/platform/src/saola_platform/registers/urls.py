"""Addresses of a register site: services for the exchange, one status page for people."""

from __future__ import annotations

from django.urls import path

from saola_platform.registers import services, views

app_name = "registers"
urlpatterns = [
    path("", views.status, name="status"),
    path("services/data-usage/usages", services.usages, name="usages"),
    path("services/data-usage/usages/<path:message_id>/evidence", services.evidence, name="evidence"),
    path("services/data-usage/openapi.json", services.usage_description, name="usage-description"),
    path("services/<str:register>/openapi.json", services.description, name="description"),
    path("services/<str:register>/records", services.records, name="records"),
    path("services/<str:register>/records/<path:key>", services.record, name="record"),
]
