"""Our own OpenID Provider: authorisation code flow with PKCE, pairwise subjects, ES256 ID tokens."""
