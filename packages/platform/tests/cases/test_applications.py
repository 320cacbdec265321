"""Whatever arrives as application.json is read or refused, never anything else."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from saola_platform.cases.applications import read_application, read_completion
from saola_platform.cases.errors import ApplicationRefused

from .world import application

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)
with zipfile.ZipFile(io.BytesIO(application(submission=uuid.uuid4(), destination="H26.00.01"))) as archive:
    GOOD = {name: archive.read(name) for name in archive.namelist() if name != "signer.json"}
WHOLE: dict[str, Any] = json.loads(GOOD["application.json"])


def changed(**entries: Any) -> dict[str, bytes]:
    return {**GOOD, "application.json": json.dumps({**WHOLE, **entries}).encode()}


def test_a_good_application_is_read() -> None:
    assert read_application(documents=GOOD).attachments[0].id == "birth-notice"


@given(key=st.sampled_from(sorted(WHOLE)), value=JSON)
def test_one_wrong_entry_is_refused_or_read(key: str, value: Any) -> None:
    try:
        read_application(documents=changed(**{key: value}))
    except ApplicationRefused as refused:
        assert refused.detail  # noqa: PT017 - either end is right, and nothing else


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(ApplicationRefused):
        read_application(documents={"application.json": content})
    with pytest.raises(ApplicationRefused):
        read_completion(documents={"completion.json": content})


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ({"path": "attachments/../../etc/passwd"}, "not described"),
        ({"path": "application.json"}, "not described"),
        ({"sha256": "0" * 64}, "not the file"),
        ({"size": 1}, "not the file"),
        ({"path": "attachments/other.pdf"}, "not in the container"),
    ],
)
def test_an_attachment_must_be_the_file_that_is_named(entry: dict[str, Any], named: str) -> None:
    with pytest.raises(ApplicationRefused, match=named):
        read_application(documents=changed(attachments=[{**WHOLE["attachments"][0], **entry}]))


def test_a_file_that_the_application_does_not_name_is_refused() -> None:
    with pytest.raises(ApplicationRefused, match="does not name"):
        read_application(documents={**GOOD, "attachments/hidden.exe": b"MZ"})
