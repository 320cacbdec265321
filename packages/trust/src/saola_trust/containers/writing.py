"""Writing a container: the same documents and signatures always give the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from lxml import etree

from saola_trust.containers.limits import MANIFEST, MIMETYPE, check_document_name
from saola_trust.errors import MalformedContainer
from saola_trust.signatures import Document

ODF = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
BEGINNING = (1980, 1, 1, 0, 0, 0)  # ZIP knows no earlier date; the time of signing stands in the signature


def write_asice(*, documents: Sequence[Document], signatures: Sequence[bytes]) -> bytes:
    """A container of the documents and signature files; raises MalformedContainer for bad or repeated names."""
    names = [document.name for document in documents]
    for name in names:
        check_document_name(name)
    if len({name.casefold() for name in names}) != len(names):
        raise MalformedContainer("two documents have the same name")
    if not documents:
        raise MalformedContainer("a container holds at least one document")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        # EN 319 162-1 §A.1: first, and stored, so that it can be read at a fixed place.
        _write(archive, "mimetype", MIMETYPE.encode(), zipfile.ZIP_STORED)
        for document in documents:
            _write(archive, document.name, document.content, zipfile.ZIP_DEFLATED)
        _write(archive, MANIFEST, _manifest(documents), zipfile.ZIP_DEFLATED)
        for number, signature in enumerate(signatures):
            _write(archive, f"META-INF/signatures{number}.xml", signature, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _write(archive: zipfile.ZipFile, name: str, content: bytes, method: int) -> None:
    entry = zipfile.ZipInfo(name, date_time=BEGINNING)
    entry.compress_type = method
    entry.create_system = 3  # Unix, on whatever machine this runs
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)


def _manifest(documents: Sequence[Document]) -> bytes:
    root = etree.Element(f"{{{ODF}}}manifest", nsmap={"manifest": ODF})
    root.set(f"{{{ODF}}}version", "1.2")
    for path, kind in [("/", MIMETYPE), *((document.name, document.media_type) for document in documents)]:
        entry = etree.SubElement(root, f"{{{ODF}}}file-entry")
        entry.set(f"{{{ODF}}}full-path", path)
        entry.set(f"{{{ODF}}}media-type", kind)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
