"""PDF documents by typst: a template and a JSON value in, a PDF out.

A template finds its data as ``json(bytes(sys.inputs.data))``. It may read files of its own folder only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import segno
import typst

from saola_platform.cases.errors import OperationRefused


def typeset(*, template: Path, data: Mapping[str, Any], at: datetime) -> bytes:
    """The PDF (PDF/A-2b) that the template makes of the data; :class:`OperationRefused` names typst's complaint."""
    try:
        document = typst.compile(
            str(template),
            root=str(template.parent),
            format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False, default=str)},
            pdf_standards="a-2b",
            timestamp=int(at.timestamp()),
        )
    except (typst.TypstError, OSError) as exc:
        raise OperationRefused(f"The template {template.name} cannot be typeset: {exc}") from exc
    if not isinstance(document, bytes):
        raise OperationRefused(f"The template {template.name} makes no single document.")
    return document


def qr_svg(text: str) -> str:
    """A QR code as SVG text, for a template to show."""
    code: str = segno.make(text, error="m", micro=False).svg_inline(border=2, scale=4)
    return code.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1) if "xmlns" not in code else code
