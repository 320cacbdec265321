"""Signatures in XML: the primitives (`xmldsig`), and XAdES for documents. Bytes and values in, bytes out; no I/O."""
