"""Accounts, sign-in, the OpenID Provider, and the authorisation of signatures."""
