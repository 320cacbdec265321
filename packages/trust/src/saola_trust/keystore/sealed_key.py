"""A private key at rest: PKCS #8 bytes under AES-256-GCM.

The service's secret is long and random, so HKDF is enough to derive from it. A PIN is short, so scrypt
(RFC 7914) makes each guess expensive. A person's key is sealed with both at once: neither the database
without the service's secret, nor the service without the person, can open it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from saola_trust.certificates import PrivateKey, load_private_key
from saola_trust.errors import KeyUnavailable

COST, BLOCK, PARALLEL = 2**14, 8, 1  # 16 MiB and some 50 ms: an attacker pays it for each PIN tried


def seal_key(key: PrivateKey, *, secret: bytes, pin: str = "", randomness: Callable[[int], bytes]) -> bytes:
    """The key as bytes that can be stored; `pin` may be empty for keys that the service itself uses."""
    salt, nonce = randomness(16), randomness(12)
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    sealed = AESGCM(_stretch(secret, pin, salt)).encrypt(nonce, plain, None)
    parts = {"salt": salt, "nonce": nonce, "key": sealed}
    return json.dumps({"format": "saola-key/1", **{n: b64encode(v).decode() for n, v in parts.items()}}).encode()


def open_key(sealed: bytes, *, secret: bytes, pin: str = "") -> PrivateKey:
    """The key again; raises KeyUnavailable when a secret is wrong or the bytes were changed."""
    try:
        parts = json.loads(sealed)
        salt, nonce, encrypted = (b64decode(parts[name], validate=True) for name in ("salt", "nonce", "key"))
        plain = AESGCM(_stretch(secret, pin, salt)).decrypt(nonce, encrypted, None)
    except (ValueError, KeyError, TypeError) as exc:
        raise KeyUnavailable("the stored key is damaged") from exc
    except InvalidTag as exc:
        raise KeyUnavailable("the stored key does not open with this secret") from exc
    return load_private_key(plain)


def _stretch(secret: bytes, pin: str, salt: bytes) -> bytes:
    if not pin:
        return HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"saola-key/1").derive(secret)
    both = hmac.digest(secret, pin.encode(), "sha256")
    return hashlib.scrypt(both, salt=salt, n=COST, r=BLOCK, p=PARALLEL, maxmem=64 * 1024 * 1024, dklen=32)
