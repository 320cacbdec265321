"""Who may call what: denied unless a right of the service covers client, method and path."""

from __future__ import annotations

from collections.abc import Callable

from saola_exchange.protocol.identifiers import ClientId, GlobalGroupId

from .configuration import Grant, Service
from .errors import AccessDenied

IsMember = Callable[[ClientId, GlobalGroupId], bool]


def require_access(*, service: Service, client: ClientId, method: str, path: str, is_in_group: IsMember) -> None:
    """Refuse unless a right covers the request; `path` as `canonical_path` gives it. Raises AccessDenied."""
    for grant in service.access:
        if _is_about(grant, client, is_in_group) and grant.endpoint.covers(method=method, path=path):
            return
    raise AccessDenied(f"{client} may not {method} this path of {service.id}")


def allowed_endpoints(*, service: Service, client: ClientId, is_in_group: IsMember) -> list[tuple[str, str]]:
    """The (method, path) patterns that a client may use of a service."""
    found = [grant.endpoint for grant in service.access if _is_about(grant, client, is_in_group)]
    return [(endpoint.method, endpoint.path) for endpoint in found]


def _is_about(grant: Grant, client: ClientId, is_in_group: IsMember) -> bool:
    if isinstance(grant.subject, GlobalGroupId):
        return is_in_group(client, grant.subject)
    return grant.subject == client
