"""Sign-in: this site as an OpenID Connect relying party.

@signed_in(level="substantial")
def my_page(request): ... person = person_of(request)
"""

from __future__ import annotations

from saola_platform.kernel.signin.gate import kept_input, signed_in
from saola_platform.kernel.signin.person import Level, SignedInPerson, person_of

__all__ = ["Level", "SignedInPerson", "kept_input", "person_of", "signed_in"]
