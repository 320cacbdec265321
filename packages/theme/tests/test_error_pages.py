"""Errors in a person's words."""

from __future__ import annotations

import logging
import re

import pytest
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.test import RequestFactory
from saola_theme import error_pages

REQUEST = RequestFactory().get("/some/page")


@pytest.mark.parametrize(
    ("response", "status", "words"),
    [
        (lambda: error_pages.bad_request(REQUEST, ValueError()), 400, b"could not read"),
        (lambda: error_pages.bad_request(REQUEST, RequestDataTooBig()), 413, b"too large"),
        (lambda: error_pages.permission_denied(REQUEST, ValueError()), 403, b"cannot open"),
        (lambda: error_pages.csrf_failure(REQUEST, reason="secret reason"), 403, b"cannot open"),
        (lambda: error_pages.page_not_found(REQUEST, ValueError("inside")), 404, b"not found"),
        (lambda: error_pages.server_error(REQUEST), 500, b"on our side"),
    ],
)
def test_each_status_has_its_words(response, status, words):
    page = response()
    assert page.status_code == status
    assert words in page.content
    assert b"secret reason" not in page.content
    assert b"inside" not in page.content


def test_the_reference_number_on_the_page_stands_in_the_log(caplog):
    with caplog.at_level(logging.INFO, logger="saola_theme.error_pages"):
        page = error_pages.server_error(REQUEST)
    number = re.search(rb'saola-number">([0-9A-F]{8})<', page.content)
    assert number is not None
    (record,) = caplog.records
    assert number[1].decode() in record.getMessage()
    assert "/some/page" in record.getMessage()
    assert record.levelno == logging.ERROR


@pytest.mark.parametrize("error", [OperationalError("inside"), InterfaceError("inside")])
def test_a_database_that_is_away_is_a_reason_to_try_again_not_a_defect(error):
    try:
        raise error
    except type(error):
        page = error_pages.server_error(REQUEST)
    assert page.status_code == 503
    assert page.headers["Retry-After"] == "5"
    assert b"Try again in a few seconds" in page.content
    assert b"inside" not in page.content


def test_a_session_that_a_database_away_interrupted_is_no_bad_request():
    try:
        raise SessionInterrupted("The session was deleted") from OperationalError("inside")
    except SessionInterrupted as interrupted:
        page = error_pages.bad_request(REQUEST, interrupted)
    assert page.status_code == 503
    assert error_pages.bad_request(REQUEST, SessionInterrupted("signed out in another tab")).status_code == 400
