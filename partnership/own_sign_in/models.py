"""A partner's own sign-in: its provider (OpenID Connect), and whom the provider has signed in."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.audit_trail.history import Recorded
from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.pointers import known_by_owner, same_partner
from partnership.isolation.policies import MANAGER, OWN, READ_AND_WRITE, SIGNING_IN, Grant, Policy
from partnership.members.models import Partner, Role


class SignInProvider(models.Model):
    """Where a partner's people sign in. What it says counts for that partner alone: a session that it began acts for no other."""

    partner = models.OneToOneField(Partner, models.CASCADE, related_name="sign_in_provider")
    issuer = models.URLField(
        _("address of the provider"),
        max_length=300,
        help_text=_("As your provider names itself: below it stands /.well-known/openid-configuration."),
    )
    client_id = models.CharField(_("client id"), max_length=200)
    client_secret = EncryptedTextField(_("client secret"))
    domains = ArrayField(
        models.CharField(max_length=100),
        verbose_name=_("e-mail domains"),
        help_text=_("Divided by commas: who has an address in them can sign in there."),
    )
    default_role = models.CharField(
        _("role of who joins"),
        max_length=30,
        choices=[choice for choice in Role.choices if choice[0] != Role.AUDITOR],
        help_text=_("Of people whom your directory adds (SCIM). A manager can change it later."),
    )
    asks_second_factor = models.BooleanField(
        _("it asks for a second factor"),
        default=False,
        help_text=_("Then, and if it says so of the sign-in (amr: mfa), the portal does not ask for another one."),
    )
    passwords_work = models.BooleanField(
        _("passwords still work"),
        default=True,
        help_text=_("Without the mark only managers can still sign in with a password, should your provider be down."),
    )
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("own sign-in")
        constraints = [
            known_by_owner("partner", name="sign_in_provider_by_owner"),
            Grant(role="web", privileges=READ_AND_WRITE),
            Policy(name="see", role="web", command="SELECT", using=f"(({OWN} and {MANAGER}) or {SIGNING_IN})"),
            *[
                Policy(name=name, role="web", command=command, using=f"({OWN} and {MANAGER})")
                for name, command in (("add", "INSERT"), ("change", "UPDATE"), ("remove", "DELETE"))
            ],
            Recorded(record="sign_in_provider", partners=["partner_id"], leaves_out=["client_secret"]),
        ]

    def __str__(self) -> str:
        return self.issuer


class ProvidedIdentity(models.Model):
    """Somebody whom a partner's provider has signed in: from then on it is the provider's number of them that counts, not an address
    which the provider could give to somebody else."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+")
    provider = models.ForeignKey(SignInProvider, models.CASCADE, related_name="identities")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    subject = models.CharField(max_length=255)
    signed_in_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "subject", "partner"], name="one_identity_per_subject"),
            models.UniqueConstraint(fields=["provider", "user", "partner"], name="one_identity_per_user"),
            *same_partner("provider"),
            Grant(role="web", privileges=READ_AND_WRITE),
            Policy(name="sign_in", role="web", using=SIGNING_IN),
        ]

    def __str__(self) -> str:
        return f"identity {self.pk}"
