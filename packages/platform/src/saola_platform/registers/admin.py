"""What the operator sees of the registers: that they were written and read, never what they say."""

from __future__ import annotations

from django.contrib import admin

from saola_platform.kernel.admin import ReadOnly
from saola_platform.registers.models import Sequence, Usage


@admin.register(Usage)
class UsageAdmin(ReadOnly[Usage]):
    """Who used what when; the person concerned is left out."""

    list_display = ("time", "action", "register", "client", "purpose")
    list_filter = ("action", "register")
    exclude = ("subject",)


@admin.register(Sequence)
class SequenceAdmin(ReadOnly[Sequence]):
    """How far the numbering has come."""

    list_display = ("register", "last")
