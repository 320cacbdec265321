"""Files are taken for what is in them, and hostile ones are refused with a reason."""

import io
import resource
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from saola_platform.documents.content import ACCEPTED_KINDS, check_content
from saola_platform.documents.errors import (
    BrokenFile,
    DangerousFile,
    EmptyFile,
    KindNotAccepted,
    LockedFile,
    UploadRefused,
)

from . import samples

EVERY = tuple(ACCEPTED_KINDS)


def put(folder: Path, content: bytes) -> Path:
    path = folder / "upload"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (samples.pdf(), "application/pdf"),
        (samples.jpeg(), "image/jpeg"),
        (samples.jpeg(width=4000, height=3000), "image/jpeg"),
        (samples.png(), "image/png"),
        (samples.png(mode="1"), "image/png"),
        (samples.png(mode="LA"), "image/png"),
        (samples.png(mode="P"), "image/png"),
    ],
)
def test_a_sound_file_is_taken_for_what_it_is(tmp_path: Path, content: bytes, media_type: str) -> None:
    assert check_content(put(tmp_path, content), accept=EVERY) == media_type


def test_an_interlaced_picture_is_measured_pass_by_pass(tmp_path: Path) -> None:
    interlaced = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010800000001"
        "4d7980d80000000a49444154789c6360000000020001"
        "4860b1ee0000000049454e44ae426082"
    )
    with pytest.raises(BrokenFile):  # the checksum of this header is wrong on purpose
        check_content(put(tmp_path, interlaced), accept=EVERY)


def test_a_kind_that_this_document_may_not_be_is_refused_and_named(tmp_path: Path) -> None:
    with pytest.raises(KindNotAccepted) as refusal:
        check_content(put(tmp_path, samples.png()), accept=("application/pdf",))
    assert refusal.value.found == "image/png"
    assert "PDF" in refusal.value.message


@pytest.mark.parametrize(
    "content", [b"MZ\x90\x00 program", b"\x7fELF program", b"PK\x03\x04 archive", b"<html><script>alert(1)</script>"]
)
def test_programs_archives_and_pages_are_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(KindNotAccepted):
        check_content(put(tmp_path, content), accept=EVERY)


@pytest.mark.parametrize("content", [b"", b"   \n", b"\0" * 100])
def test_a_file_of_nothing_is_refused_as_empty(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(EmptyFile):
        check_content(put(tmp_path, content), accept=EVERY)


def test_a_zip_bomb_is_refused_without_being_unpacked(tmp_path: Path) -> None:
    with pytest.raises(KindNotAccepted):
        check_content(put(tmp_path, samples.zip_bomb()), accept=EVERY)


@pytest.mark.parametrize("carrier", [samples.pdf(), samples.jpeg(), samples.png()])
def test_a_document_that_is_also_an_archive_is_refused(tmp_path: Path, carrier: bytes) -> None:
    stream = io.BytesIO(carrier)
    stream.seek(0, io.SEEK_END)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("payload.exe", b"MZ")
    with pytest.raises(DangerousFile):
        check_content(put(tmp_path, stream.getvalue()), accept=EVERY)


@pytest.mark.parametrize("carrier", [samples.jpeg(), samples.png()])
def test_a_picture_with_a_pdf_behind_it_is_refused(tmp_path: Path, carrier: bytes) -> None:
    with pytest.raises(DangerousFile):
        check_content(put(tmp_path, carrier + samples.pdf()), accept=EVERY)


def test_what_a_telephone_appends_to_a_photograph_is_no_offence(tmp_path: Path) -> None:
    trailer = b"\0\0\1\x0a\x0e\0\0\0Image_UTC_Data1700000000000SEFH"
    assert check_content(put(tmp_path, samples.jpeg() + trailer), accept=EVERY) == "image/jpeg"


def test_a_pdf_that_begins_as_a_web_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UploadRefused):
        check_content(put(tmp_path, b"<html><script>x</script>" + samples.pdf()), accept=EVERY)


@pytest.mark.parametrize(
    "extra",
    [
        b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>",
        b"/OpenAction << /S /Launch /F (cmd.exe) >>",
        b"/AcroForm << /XFA 9 0 R >>",
    ],
)
def test_a_pdf_that_acts_is_refused(tmp_path: Path, extra: bytes) -> None:
    with pytest.raises(DangerousFile):
        check_content(put(tmp_path, samples.pdf(extra=extra)), accept=EVERY)


def test_a_pdf_under_a_password_is_refused_with_advice(tmp_path: Path) -> None:
    content = samples.pdf().replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt 5 0 R")
    with pytest.raises(LockedFile):
        check_content(put(tmp_path, content), accept=EVERY)


def test_a_pdf_that_inflates_without_measure_is_refused_in_flat_memory(tmp_path: Path) -> None:
    content = samples.pdf(content=b"\0" * 200_000_000)
    assert len(content) < 300_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(DangerousFile):
        check_content(put(tmp_path, content), accept=EVERY)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000  # KiB


@pytest.mark.parametrize("keep", [0.3, 0.7, 0.95])
@pytest.mark.parametrize("whole", [samples.pdf(), samples.jpeg(), samples.png()])
def test_a_file_cut_off_on_the_way_is_refused_as_broken(tmp_path: Path, whole: bytes, keep: float) -> None:
    with pytest.raises(BrokenFile):
        check_content(put(tmp_path, whole[: int(len(whole) * keep)]), accept=EVERY)


def test_a_picture_that_promises_too_many_pixels_is_refused_by_its_header(tmp_path: Path) -> None:
    with pytest.raises(DangerousFile):
        check_content(put(tmp_path, samples.png_bomb(width=60_000, height=60_000, filler=100)), accept=EVERY)


def test_a_picture_that_inflates_to_more_than_it_promises_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DangerousFile):
        check_content(put(tmp_path, samples.png_bomb(width=10, height=10, filler=50_000_000)), accept=EVERY)


def test_a_picture_with_one_changed_bit_is_refused(tmp_path: Path) -> None:
    content = bytearray(samples.png())
    content[45] ^= 1
    with pytest.raises(BrokenFile):
        check_content(put(tmp_path, bytes(content)), accept=EVERY)


def test_every_colour_type_that_the_library_writes_fills_its_picture(tmp_path: Path) -> None:
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        stream = io.BytesIO()
        Image.new(mode, (33, 17)).save(stream, "PNG")
        assert check_content(put(tmp_path, stream.getvalue()), accept=EVERY) == "image/png"


@given(st.sampled_from([b"%PDF-1.7", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"]), st.binary(max_size=600))
def test_no_bytes_make_the_check_fail_otherwise_than_by_refusing(
    tmp_path_factory: pytest.TempPathFactory, head: bytes, tail: bytes
) -> None:
    path = put(tmp_path_factory.getbasetemp(), head + tail)
    try:
        media_type = check_content(path, accept=EVERY)
    except UploadRefused as refusal:
        media_type = refusal.code
    assert media_type in EVERY or media_type.startswith("documents.")
