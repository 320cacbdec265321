"""The names and algorithm addresses of XML-DSig 1.1, RFC 9231 and XAdES that are known here."""

from __future__ import annotations

from saola_trust.certificates import SignatureAlgorithm

DS = "http://www.w3.org/2000/09/xmldsig#"
DSIG11 = "http://www.w3.org/2009/xmldsig11#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
XADES141 = "http://uri.etsi.org/01903/v1.4.1#"
ASIC = "http://uri.etsi.org/02918/v1.2.1#"
NS = {"ds": DS, "xades": XADES, "xades141": XADES141, "asic": ASIC}

C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
C14N_COMMENTS = C14N + "#WithComments"
C14N11 = "http://www.w3.org/2006/12/xml-c14n11"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
EXCLUSIVE_COMMENTS = EXCLUSIVE + "WithComments"
ENVELOPED = DS + "enveloped-signature"
SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"

CANONICALISATIONS = {
    # address: (exclusive, with comments)
    C14N: (False, False),
    C14N_COMMENTS: (False, True),
    C14N11: (False, False),
    C14N11 + "#WithComments": (False, True),
    EXCLUSIVE: (True, False),
    EXCLUSIVE_COMMENTS: (True, True),
}
DIGESTS = {
    DS + "sha1": "SHA-1",
    "http://www.w3.org/2001/04/xmldsig-more#sha224": "SHA-224",
    "http://www.w3.org/2001/04/xmlenc#sha256": "SHA-256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "SHA-384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "SHA-512",
}
MORE, PSS = "http://www.w3.org/2001/04/xmldsig-more#", "http://www.w3.org/2007/05/xmldsig-more#"
SIGNATURES = {
    DS + "rsa-sha1": SignatureAlgorithm("rsa-pkcs1", "SHA-1"),
    MORE + "rsa-sha224": SignatureAlgorithm("rsa-pkcs1", "SHA-224"),
    MORE + "rsa-sha256": SignatureAlgorithm("rsa-pkcs1", "SHA-256"),
    MORE + "rsa-sha384": SignatureAlgorithm("rsa-pkcs1", "SHA-384"),
    MORE + "rsa-sha512": SignatureAlgorithm("rsa-pkcs1", "SHA-512"),
    PSS + "sha256-rsa-MGF1": SignatureAlgorithm("rsa-pss", "SHA-256"),
    PSS + "sha384-rsa-MGF1": SignatureAlgorithm("rsa-pss", "SHA-384"),
    PSS + "sha512-rsa-MGF1": SignatureAlgorithm("rsa-pss", "SHA-512"),
    MORE + "ecdsa-sha1": SignatureAlgorithm("ecdsa", "SHA-1"),
    MORE + "ecdsa-sha224": SignatureAlgorithm("ecdsa", "SHA-224"),
    MORE + "ecdsa-sha256": SignatureAlgorithm("ecdsa", "SHA-256"),
    MORE + "ecdsa-sha384": SignatureAlgorithm("ecdsa", "SHA-384"),
    MORE + "ecdsa-sha512": SignatureAlgorithm("ecdsa", "SHA-512"),
}
DIGEST_ADDRESSES = {name: address for address, name in DIGESTS.items()}
SIGNATURE_ADDRESSES = {algorithm: address for address, algorithm in SIGNATURES.items()}
