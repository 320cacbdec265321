"""Rules of birth registration only. Pure and dated."""

from datetime import date

from saola_blueprint import rule


@rule("full_name", since="2017-01-01", reference="Bộ luật Dân sự 91/2015/QH13, Điều 26")
def full_name(*, value):
    """A name has a family name and a given name, and no digits."""
    if any(letter.isdigit() for letter in value):
        return "name-has-digits"
    return None if len(value.split()) >= 2 else "name-incomplete"


@rule("born_already", since="2016-01-01", reference="Luật Hộ tịch 60/2014/QH13, Điều 14")
def born_already(*, value, today, parameters):
    """A birth has happened, and not longer ago than anybody has lived."""
    born = date.fromisoformat(value)
    if born > today:
        return "born-in-future"
    earliest = (today.year - parameters["oldest_birth_years"], today.month, today.day)
    return "born-too-long-ago" if (born.year, born.month, born.day) < earliest else None


@rule("registered_in_time", since="2016-01-01", reference="Luật Hộ tịch 60/2014/QH13, Điều 15")
def registered_in_time(*, value, today, parameters):
    """Points out a late registration; it is accepted all the same."""
    days = (today - date.fromisoformat(value)).days
    return "registered-late" if days > parameters["birth_registration_days"] else None


@rule("truthful", since="2016-01-01", reference="Luật Hộ tịch 60/2014/QH13, Điều 6")
def truthful(*, value):
    """Whoever applies answers for what they state."""
    return None if value else "not-truthful"


@rule("number_of_parent", since="2020-09-15", reference="Nghị định 87/2020/NĐ-CP")
def number_of_parent(*, relationship, number):
    """The applicant's number when the applicant is a parent: only then their marriage is looked up."""
    return number if relationship in {"mother", "father"} else None


@rule("mother_number", since="2020-09-15", reference="Nghị định 87/2020/NĐ-CP")
def mother_number(*, relationship, number, wife):
    """The mother is the applicant, or the applicant's wife."""
    return number if relationship == "mother" else wife


@rule("father_number", since="2020-09-15", reference="Nghị định 87/2020/NĐ-CP")
def father_number(*, relationship, number, husband):
    """The father is the applicant, or the applicant's husband."""
    return number if relationship == "father" else husband
