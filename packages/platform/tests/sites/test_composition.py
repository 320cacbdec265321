"""What sites are made of, and how apps may lean on each other."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from saola_platform.kernel.configuration import SiteKind
from saola_platform.sites import composition

OWN = "saola_platform."
ANATOMY = ("api", "models", "queries", "actions", "tasks", "admin")
KINDS: tuple[SiteKind, ...] = ("portal", "onestop", "register")


def test_foreign_keys_cross_apps_only_into_the_kernel() -> None:
    crossing = [
        f"{model.__name__}.{field.name} → {field.related_model.__name__}"
        for model in apps.get_models()
        if model.__module__.startswith(OWN)
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and field.related_model._meta.app_label not in {model._meta.app_label, "kernel"}
    ]
    assert crossing == []


@pytest.mark.parametrize("app", ["registers", "notifications"])
def test_an_app_has_the_anatomy_that_all_have(app: str) -> None:
    missing = [part for part in ANATOMY if find_spec(f"{OWN}{app}.{part}") is None]
    assert missing == []
    package = importlib.import_module(f"{OWN}{app}")
    assert (Path(str(package.__file__)).parent / "README.md").read_text().strip()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("operator_pages", [False, True])
def test_every_site_is_made_of_what_exists(kind: SiteKind, operator_pages: bool) -> None:
    installed = composition.apps(site=kind, operator_pages=operator_pages)
    assert len(installed) == len(set(installed))
    for name in installed:
        assert find_spec(name.removesuffix(".apps")) is not None, name
    for dotted in (*composition.middleware(installed=installed), *composition.context_processors(installed=installed)):
        module, _, attribute = dotted.rpartition(".")
        assert find_spec(module) is not None, dotted
        if module.startswith(OWN):
            assert hasattr(importlib.import_module(module), attribute), dotted


def test_a_register_keeps_no_sessions_and_signs_nobody_in() -> None:
    installed = composition.apps(site="register", operator_pages=False)
    assert "django.contrib.sessions" not in installed
    assert not [name for name in composition.middleware(installed=installed) if "signin" in name]


@pytest.mark.django_db
def test_a_change_of_a_model_has_its_migration() -> None:
    from django.core.management import call_command

    call_command("makemigrations", "kernel", "registers", "notifications", check=True, dry_run=True, verbosity=0)
