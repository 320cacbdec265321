"""What the provider says of itself: OpenID Connect Discovery 1.0, RFC 8414, RFC 9207, and its keys."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from saola_identity.accounts.models import LEVELS
from saola_identity.configuration.shapes import SCOPES
from saola_identity.oidc.clients import configuration
from saola_identity.oidc.keys import published


@require_safe
def metadata(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """`/.well-known/openid-configuration`."""
    issuer = configuration().issuer
    answer = JsonResponse(
        {
            "issuer": issuer,
            "authorization_endpoint": issuer + reverse("oidc:authorize"),
            "token_endpoint": issuer + reverse("oidc:token"),
            "userinfo_endpoint": issuer + reverse("oidc:userinfo"),
            "end_session_endpoint": issuer + reverse("oidc:end-session"),
            "jwks_uri": issuer + reverse("oidc:keys"),
            "scopes_supported": list(SCOPES),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
            "acr_values_supported": list(LEVELS),
            "prompt_values_supported": ["none", "login", "select_account", "consent"],
            "claims_supported": [
                "sub",
                "iss",
                "auth_time",
                "acr",
                "amr",
                "name",
                "given_name",
                "family_name",
                "personal_number",
            ],
            "ui_locales_supported": configuration_languages(),
            "claims_parameter_supported": False,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
            "authorization_response_iss_parameter_supported": True,
        }
    )
    answer["Cache-Control"] = "public, max-age=300"
    return answer


@require_safe
def keys(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """The JWK set."""
    answer = JsonResponse(published(configuration().data), content_type="application/jwk-set+json")
    answer["Cache-Control"] = "public, max-age=300"
    return answer


def configuration_languages() -> list[str]:
    """The languages of the pages."""
    from django.conf import settings

    return [code for code, _ in settings.LANGUAGES]
