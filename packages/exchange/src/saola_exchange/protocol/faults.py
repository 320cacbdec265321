"""Fault codes and how a failure is told to a peer and to a consumer.

X-Road 7.8 changed the spelling of its codes (`server.serverproxy.access_denied` before:
`Server.ServerProxy.AccessDenied`). Codes are held in the newer spelling here, either is understood,
and either can be written for a peer that needs it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

from saola_exchange.errors import ExchangeError, ProtocolError
from saola_exchange.protocol.xml import MalformedXml, parse

CLIENT = "client"
CONSUMER_SERVER = "server.clientproxy"
PROVIDER_SERVER = "server.serverproxy"
SERVICE_FAILED = "service_failed"
SIGNATURE_VERIFICATION = "signature_verification"
MAXIMUM_TEXT = 4096
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_WORD = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")
# Where the newer word is not the older one with underscores.
_OLD_WORDS = {
    "serverproxy": "ServerProxy",
    "clientproxy": "ClientProxy",
    "opmonitor": "OpMonitor",
    "io_error": "IOError",
    "hashchain_unused_inputs": "HashChainUnusedInputs",
    "ssl_authentication_failed": "SslAuthenticationFailed",
    "global_conf_outdated": "OutdatedGlobalConf",
}
_NEW_WORDS = {old.lower(): new for new, old in _OLD_WORDS.items()}


@dataclass(frozen=True, slots=True)
class Fault:
    """A failure as it is told: `code` in the newer spelling, `detail` the id by which the log has it."""

    code: str
    message: str
    detail: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether a server, not the caller, is to blame (then the consumer gets status 500)."""
        return self.code.lower().startswith("server.")

    @property
    def consumer_status(self) -> int:
        """The HTTP status for the consumer (pr-rest §6)."""
        return 500 if self.is_ours else 400

    def prefixed(self, prefix: str) -> Fault:
        """The same fault seen from `prefix`, unless the code already says who failed."""
        known = self.code.startswith(("server.", "client.", "signer.")) or self.code in {"client", "signer"}
        return self if known else Fault(code=f"{prefix}.{self.code}", message=self.message, detail=self.detail)


def fault_of(error: ExchangeError, *, prefix: str, detail: str) -> Fault:
    """The fault that tells `error`; `prefix` is who found it, `detail` the reference number in the log."""
    return Fault(code=error.code, message=error.detail, detail=detail).prefixed(prefix)


def old_spelling(code: str) -> str:
    """A code as servers before 7.8 write and expect it."""
    return ".".join(_OLD_WORDS.get(word, _camel(word)) for word in code.split("."))


def new_spelling(code: str) -> str:
    """A code of either spelling in the newer one."""
    return ".".join(_NEW_WORDS.get(word.lower(), _snake(word)) for word in code.split("."))


def to_json(fault: Fault) -> bytes:
    """The body for a consumer that asked for JSON or nothing."""
    value = {"type": fault.code, "message": fault.message, "detail": fault.detail}
    return json.dumps(value, ensure_ascii=False).encode()


def to_xml(fault: Fault) -> bytes:
    """The body for a consumer whose `Accept` names XML."""
    parts = (("type", fault.code), ("message", fault.message), ("detail", fault.detail))
    inner = "".join(f"<{name}>{_text(value)}</{name}>" for name, value in parts)
    return f'<?xml version="1.0" encoding="UTF-8"?><error>{inner}</error>'.encode()


def wants_xml(accept: str | None) -> bool:
    """Whether an `Accept` header asks for the XML form (pr-rest §4.5)."""
    kinds = [part.partition(";")[0].strip().lower() for part in (accept or "").split(",")]
    return any(kind in {"text/xml", "application/xml", "text/*"} for kind in kinds)


def to_soap(fault: Fault) -> bytes:
    """The SOAP 1.1 fault that servers exchange, for REST messages too."""
    detail = f"<detail><faultDetail xmlns=''>{_text(fault.detail)}</faultDetail></detail>" if fault.detail else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="{SOAP}"><SOAP-ENV:Body>'
        f"<SOAP-ENV:Fault><faultcode>{_text(fault.code)}</faultcode><faultstring>{_text(fault.message)}"
        f"</faultstring>{detail}</SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>"
    ).encode()


def parse_soap(data: bytes) -> Fault:
    """Read a peer's SOAP fault, in either spelling; its texts are cut to 4096 characters.

    Raises ProtocolError when it is not one.
    """
    try:
        root = parse(data)
    except MalformedXml as exc:
        raise ProtocolError("the fault of the other server is not XML", code="invalid_response") from exc
    found = root.find(f".//{{{SOAP}}}Fault")
    if found is None:
        raise ProtocolError("the answer of the other server is not a SOAP fault", code="invalid_response")
    code = _shorten(found.findtext("faultcode")).rpartition(":")[2]
    if not _WORD.fullmatch(code):
        raise ProtocolError("the fault of the other server has no code", code="invalid_response")
    details = found.xpath("string(detail/*[local-name()='faultDetail'])")
    message, detail = _shorten(found.findtext("faultstring")), _shorten(str(details))
    return Fault(code=new_spelling(code), message=message, detail=detail)


def _shorten(text: str | None) -> str:
    return (text or "").strip()[:MAXIMUM_TEXT]


def _text(value: str) -> str:
    """Escaped, without the characters that XML cannot hold."""
    return escape(re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\N{REPLACEMENT CHARACTER}", value))


def _camel(word: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in word.split("_"))


def _snake(word: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", word).lower()
