"""Certificates, keys, signatures, time stamps, containers, trusted list; and the services that issue them."""
