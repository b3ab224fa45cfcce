"""QR codes as pictures inside the page: an SVG without style or script."""

import io

import qrcode
import qrcode.image.svg
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe


def qr_svg(text: str, label: str) -> SafeString:
    """`label` is what it says to who cannot look."""
    image = qrcode.make(text, image_factory=qrcode.image.svg.SvgPathImage, border=2)
    written = io.BytesIO()
    image.save(written)
    svg = mark_safe(written.getvalue().decode().partition("?>")[2].strip())  # made of numbers alone
    return format_html('<span role="img" aria-label="{}">{}</span>', label, svg)
