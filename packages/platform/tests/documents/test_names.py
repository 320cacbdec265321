"""Names people give their files are kept readable and made harmless."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from saola_platform.documents.names import LENGTH_LIMIT, safe_name


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("birth certificate.pdf", "birth certificate.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\me\\scan 1.PDF", "scan 1.pdf"),
        ("photo.jpg.exe", "photo.jpg.pdf"),
        ('a"b<c>\r\nSet-Cookie: x.pdf', "a-b-c-Set-Cookie-x.pdf"),
        ("\u202egnp.exe", "gnp.pdf"),
        ("con.pdf", "document.pdf"),
        ("", "document.pdf"),
        ("....", "document.pdf"),
        ("\u5bb6\u65cf.png", "\u5bb6\u65cf.pdf"),
    ],
)
def test_a_name_keeps_its_letters_and_loses_what_could_do_harm(given_name: str, kept: str) -> None:
    assert safe_name(given_name, ending=".pdf") == kept


@given(st.text(max_size=300))
def test_any_name_becomes_one_short_harmless_part(name: str) -> None:
    kept = safe_name(name, ending=".png")
    assert kept.endswith(".png")
    assert len(kept) <= LENGTH_LIMIT + 4
    assert not set(kept) & set('/\\:*?"<>|\r\n\0;')
    assert not kept.startswith((".", "-", " "))
