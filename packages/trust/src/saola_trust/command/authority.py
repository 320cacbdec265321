"""`saola ca`: issue, revoke and list over HTTP, with the operator's token."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from saola_trust.certificates import certificate_pem
from saola_trust.errors import FileUnreadable, RequestRefused
from saola_trust.services.client import AuthorityClient


def run(arguments: Sequence[str]) -> int:
    """Do what the arguments say; raises TrustError."""
    given = _parser().parse_args(list(arguments))
    client = AuthorityClient(given.url.rstrip("/"), _text(given.token_file).strip())
    if given.action == "revoke":
        client.revoke(hierarchy=given.hierarchy, serial=given.serial, reason=given.reason)
    elif given.action == "list":
        for item in client.listing(hierarchy=given.hierarchy):
            state = f"revoked {item['revoked_at']} ({item['reason']})" if item["revoked_at"] else "good"
            sys.stdout.write(
                f"{item['serial']}  {item['profile']:<14} {item['not_after'][:10]}  {state}  {item['subject']}\n"
            )
    else:
        _issue(client, given)
    return 0


def _issue(client: AuthorityClient, given: argparse.Namespace) -> None:
    try:
        subject = json.loads(given.subject)
    except ValueError as exc:
        raise RequestRefused(f"the subject should be JSON: {exc}") from exc
    csr = _text(given.csr)
    issued = client.issue(
        hierarchy=given.hierarchy, profile=given.profile, subject=subject, csr_pem=csr, valid_days=given.days
    )
    sys.stdout.write("".join(certificate_pem(one) for one in (issued.certificate, *issued.chain)))


def _text(path: Path) -> str:
    """A token, or a request in PEM: both are ASCII."""
    try:
        return path.read_text(encoding="ascii")
    except OSError as exc:
        raise FileUnreadable.at(path, error=exc) from exc
    except UnicodeDecodeError as exc:
        raise FileUnreadable(f"{path} holds something else than text") from exc


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="saola ca", description="Issue, revoke and list certificates at a running CA."
    )
    parser.add_argument("--url", required=True, help="address of the trust services")
    parser.add_argument("--token-file", type=Path, required=True, help="file with the operator's token")
    parser.add_argument("--hierarchy", choices=["public", "government"], required=True)
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    issue = actions.add_parser("issue", help="print a new certificate and its chain")
    issue.add_argument("--profile", required=True)
    issue.add_argument("--subject", required=True, help="the subject as a JSON object")
    issue.add_argument("--csr", type=Path, required=True, help="certificate request (PEM)")
    issue.add_argument("--days", type=int, default=730)
    revoke = actions.add_parser("revoke", help="revoke a certificate from now on")
    revoke.add_argument("serial")
    revoke.add_argument("--reason", default="unspecified")
    actions.add_parser("list", help="what was issued, newest first")
    return parser
