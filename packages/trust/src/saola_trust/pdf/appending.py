"""Appending to a PDF so that the same input gives the same bytes: what is signed follows from nothing else."""

from __future__ import annotations

import io

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from saola_trust.certificates import hash_of


class Appending(IncrementalPdfFileWriter):
    """pyHanko's writer of incremental updates, without its random identifier, its clock and its version.

    `said` is what makes this update another one than others to the same file. The file's identifier is a
    digest of both (ISO 32000-1 §14.4 asks for one of contents and time). Metadata stay as they are: a
    signature has no reason to change them.
    """

    def __init__(self, stream: io.BytesIO, *, said: bytes) -> None:
        super().__init__(stream, strict=False)
        own = generic.ByteStringObject(hash_of(stream.getvalue() + said, hash_name="SHA-256")[:16])
        first = self._document_id[0] if "/ID" in self.prev.trailer else own
        self._document_id = generic.ArrayObject([first, own])

    def _update_meta(self) -> None:
        """Leave the metadata alone."""
