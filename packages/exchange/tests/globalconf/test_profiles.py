"""Which member a subject names, by the convention of each certification service."""

from __future__ import annotations

import pytest
from cryptography import x509
from saola_exchange.globalconf.errors import ConfigurationInvalid
from saola_exchange.globalconf.profiles import SubjectNamesNobody, member_of_subject

PREFIX = "ee.ria.xroad.common.certificateprofile.impl."
SUFFIX = "CertificateProfileInfoProvider"
OIDS = {
    "C": "2.5.4.6",
    "O": "2.5.4.10",
    "OU": "2.5.4.11",
    "CN": "2.5.4.3",
    "SN": "2.5.4.5",
    "BC": "2.5.4.15",
    "OI": "2.5.4.97",
}


def member(profile: str, **subject: str) -> str:
    name = x509.Name([x509.NameAttribute(x509.ObjectIdentifier(OIDS[key]), value) for key, value in subject.items()])
    return str(member_of_subject(name, profile=f"{PREFIX}{profile}{SUFFIX}", instance="EX"))


@pytest.mark.parametrize(
    ("profile", "subject", "named"),
    [
        ("FiVRK", {"C": "FI", "O": "Any", "CN": "1234", "SN": "DEV/SS0/COM"}, "DEV/COM/1234"),
        ("FiVRK", {"C": "FI", "O": "DEV", "OU": "COM", "CN": "1234"}, "DEV/COM/1234"),
        ("Ejbca", {"C": "EE", "O": "GOV", "CN": "7000"}, "EE/GOV/7000"),
        ("Is", {"C": "IS", "O": "IS-DEV", "OU": "GOV", "CN": "5501", "SN": "x"}, "IS-DEV/GOV/5501"),
        ("Fo", {"C": "FO", "O": "FO-DEV", "OU": "GOV", "CN": "99"}, "FO-DEV/GOV/99"),
        ("SkKlass3", {"OI": "NTREE-12345678", "CN": "x"}, "EX/COM/12345678"),
        ("SkKlass3", {"OI": "GO:EE-70000001"}, "EX/GOV/70000001"),
        ("SkKlass3", {"OI": "NP:EE-80000001"}, "EX/NGO/80000001"),
        ("SkKlass3", {"OI": "VATEE-90"}, "EX/NEE/90"),
        ("SkKlass3", {"SN": "10000001"}, "EX/COM/10000001"),
        ("SkKlass3", {"SN": "70000001"}, "EX/GOV/70000001"),
        ("SkKlass3", {"SN": "80000001"}, "EX/NGO/80000001"),
        ("SkKlass3", {"SN": "90000001"}, "EX/NGO/90000001"),
        ("SkEsteId", {"SN": "38001010000"}, "EX/PERSON/38001010000"),
        ("Basic", {"BC": "GOV", "SN": "G01"}, "EX/GOV/G01"),
        ("BasicACME", {"BC": "GOV", "SN": "G01"}, "EX/GOV/G01"),
    ],
)
def test_a_subject_names_its_member(profile: str, subject: dict[str, str], named: str) -> None:
    assert member(profile, **subject) == named


@pytest.mark.parametrize(
    ("profile", "subject"),
    [
        ("FiVRK", {"C": "SE", "CN": "1234", "SN": "DEV/SS0/COM"}),
        ("FiVRK", {"C": "FI", "CN": "1234", "SN": "DEV/COM"}),
        ("FiVRK", {"C": "FI", "SN": "DEV/SS0/COM"}),
        ("Is", {"C": "FO", "O": "IS", "OU": "GOV", "CN": "1"}),
        ("SkKlass3", {"SN": "00000001"}),
        ("SkKlass3", {"SN": "123"}),
        ("SkKlass3", {"OI": "NTREE"}),
        ("Basic", {"BC": "GOV"}),
        ("Basic", {"BC": "GOV", "SN": "a/b"}),
    ],
)
def test_a_subject_that_does_not_follow_the_convention_names_nobody(profile: str, subject: dict[str, str]) -> None:
    with pytest.raises(SubjectNamesNobody):
        member(profile, **subject)


def test_a_doubled_attribute_names_nobody() -> None:
    oids = [x509.ObjectIdentifier(OIDS[key]) for key in ("BC", "SN", "SN")]
    name = x509.Name([x509.NameAttribute(oid, value) for oid, value in zip(oids, ("GOV", "G01", "G02"), strict=True)])
    with pytest.raises(SubjectNamesNobody):
        member_of_subject(name, profile=f"{PREFIX}Basic{SUFFIX}", instance="EX")


def test_an_unknown_convention_is_refused() -> None:
    with pytest.raises(ConfigurationInvalid):
        member("Unheard", CN="1")
