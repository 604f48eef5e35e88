"""The card to print: address, code, how it is used. It names neither the person nor by whom they are helped."""

from __future__ import annotations

import base64

import qrcode
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from qrcode.image.svg import SvgPathFillImage

from cases.my_page.models import Card
from partnership.pages import pdf
from partnership.pages.template_tags import day


def address() -> str:
    """Of My page. The code is not in it: an address stays in the history of a phone that others use too."""
    return f"{settings.SITE_URL}{reverse('my_page')}"


def qr_code() -> str:
    """The address as a picture (SVG, black on white) that a phone's camera reads."""
    picture = qrcode.make(address(), image_factory=SvgPathFillImage, box_size=10, border=4)
    return str(picture.to_string(encoding="unicode"))


def qr_code_address() -> str:
    """The same as the address of an image."""
    return "data:image/svg+xml;base64," + base64.b64encode(qr_code().encode()).decode()


def paper(card: Card, code: str, phone: str) -> bytes:
    """The card as tagged PDF in the current language."""
    steps = [
        _("1. Open this address on your phone: %(address)s") % {"address": address()},
        _("2. Type the code and your date of birth."),
    ]
    care = [
        _("The code doesn’t work without your date of birth. Keep it where nobody else looks."),
        _("On a phone that others use: press “Leave this page” when you are done."),
        _("The card works until %(day)s.") % {"day": day(card.valid_until)},
    ]
    if phone:
        care.append(_("Lost it? Call %(phone)s: we end this card and give you another.") % {"phone": phone})
    return pdf.document(
        {
            "title": _("My page"),
            "author": _("My page"),
            "subtitle": "",
            "headline": _("Code: %(code)s") % {"code": code},
            "warning": "",
            "footer": "",
            "sections": [
                pdf.section(
                    _("How to open it"),
                    steps,
                    chart=qr_code(),
                    chart_percent=35,
                    alt=_("QR code of the address of My page"),
                ),
                pdf.section(_("Good to know"), care),
            ],
        }
    )
