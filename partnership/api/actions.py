"""What the token endpoint does with a client's secret."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password

from partnership.actions import action
from partnership.api.client_secrets import ClientSecretHasher
from partnership.api.models import Credential


@action("client.keep_secret_anew", outside="anyone")
def keep_secret_anew(kept: str, secret: str) -> None:
    """Keeps a secret that was right as new ones are kept; `kept` is the slow hash that stood there until now."""
    hashed = make_password(secret, hasher=ClientSecretHasher.algorithm)
    Credential.objects.filter(client_secret=kept).update(client_secret=hashed)
