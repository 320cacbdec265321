"""The trust services over HTTP: servers (CA, OCSP, TSA, trusted list, signer), clients, and a fake for tests."""
