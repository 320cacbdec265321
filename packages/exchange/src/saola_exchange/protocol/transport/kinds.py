"""The content types of a message's parts (pr-messtransport §3)."""

from __future__ import annotations

OCSP_RESPONSE = "application/ocsp-response"
REST_REQUEST = "application/x-road-rest-request"
REST_RESPONSE = "application/x-road-rest-response"
REST_BODY = "application/x-road-rest-body"
HASH_CHAIN_RESULT = "application/hash-chain-result"
HASH_CHAIN = "application/hash-chain"
SIGNATURE = "signature/bdoc-1.0/ts"
FAULT = "text/xml"
