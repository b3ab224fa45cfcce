"""QR codes as SVG that stands in a page: no style attribute, which the page's policy would refuse."""

import qrcode
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from qrcode.image.svg import SvgPathImage


def qr_svg(url: str, label: str) -> SafeString:
    """`label` is what a screen reader says instead."""
    image = qrcode.make(
        url, image_factory=SvgPathImage, error_correction=qrcode.ERROR_CORRECT_M, box_size=10, border=4
    )
    drawn = image.to_string(encoding="unicode")
    path = drawn[drawn.index("<path") : drawn.rindex("</svg>")]
    size = image.pixel_size // 10
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        size,
        size,
        label,
        mark_safe(path),  # made above from an address, by the library
    )
