"""Rules of birth registration in Lumara."""

from datetime import date

from saola_blueprint import rule


@rule("free_when_early", since="2012-01-01", reference="Births Act 2011, s. 7")
def free_when_early(*, amount, answers, today, parameters):
    """Free when registered early enough; until the day of birth is known, the fee is shown."""
    born_on = answers.get("child.born_on")
    if not born_on:
        return amount
    return 0 if (today - date.fromisoformat(born_on)).days <= parameters["early_days"] else amount


@rule("not_before_birth", since="2012-01-01", reference="Births Act 2011, s. 2")
def not_before_birth(*, value, today, parameters):
    """A birth is registered after it happened, and not longer after it than anybody has lived."""
    born = date.fromisoformat(value)
    if born > today:
        return "unborn"
    earliest = (today.year - parameters["oldest_birth_years"], today.month, today.day)
    return "born-too-long-ago" if (born.year, born.month, born.day) < earliest else None


@rule("no_longer_free", since="2012-01-01", reference="Births Act 2011, s. 7")
def no_longer_free(*, value, today, parameters):
    """Points out that a fee is due; it is accepted all the same."""
    return "fee-due" if (today - date.fromisoformat(value)).days > parameters["early_days"] else None


@rule("partner_of", since="2012-01-01", reference="Unions Act 2003, s. 11")
def partner_of(*, number, one, other):
    """The other of the two partners, None without a union."""
    return other if number == one else one
