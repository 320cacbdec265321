"""Registers, documents, cases, notifications; the portal and the back office."""
