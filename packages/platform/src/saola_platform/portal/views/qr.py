"""QR codes as images inside a page."""

import segno


def qr_code(address: str) -> str:
    """The address as a data: URI of an SVG image, readable by every telephone."""
    return str(segno.make(address, error="m").svg_data_uri(scale=4, border=4, dark="#0b0c0c", light="#ffffff"))
