"""What `saola site init` does for this app: the staff file becomes the table of officials."""

from __future__ import annotations

from saola_platform.cases.staff import load_staff
from saola_platform.kernel.configuration import site


def prepare() -> None:
    """Load the staff file of the site, if it has one; may be repeated."""
    file = site().staff_file
    if site().site == "onestop" and file is not None:
        load_staff(file=file)
