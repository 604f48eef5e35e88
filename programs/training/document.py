"""A certificate as a document, for its holder."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from partnership.pages import pdf
from partnership.pages.pdf import section
from partnership.pages.template_tags import day
from programs.training.models import Certificate


def spaced(number: str) -> str:
    """A number in groups of four, as people read it."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def certificate_document(certificate: Certificate) -> bytes:
    """The certificate as tagged PDF in the current language."""
    course = certificate.attendance.session.course
    facts = [
        [_("Name"), certificate.user.full_name],
        [_("Organisation"), certificate.partner.name],
        [_("Course"), course.title],
        [_("Issued by"), certificate.issuer.name],
        [_("Issued on"), day(certificate.issued_on)],
        [_("Valid until"), day(certificate.expires_on)],
        [_("Number"), spaced(certificate.number)],
    ]
    address = f"{settings.SITE_URL}{reverse('certificate_check')}"
    return pdf.document(
        {
            "title": _("Certificate"),
            "author": certificate.issuer.name,
            "subtitle": certificate.qualification.name,
            "headline": certificate.user.full_name,
            "warning": _("Simulated people and arrests.") if certificate.issuer.is_simulated else "",
            "footer": _("Certificate %(number)s") % {"number": spaced(certificate.number)},
            "sections": [
                section(_("What it says"), [], [_("Information"), _("Value")], facts),
                section(
                    _("How to check it"),
                    [
                        _("Type its number at %(address)s. The page says valid or not, and nothing else.")
                        % {"address": address}
                    ],
                ),
            ],
        }
    )
