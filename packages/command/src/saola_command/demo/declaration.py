"""What demo/<country>/demo.yaml declares, parsed once into frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import yaml

from saola_command.errors import DemoDeclarationInvalid

SiteKind = Literal["portal", "onestop", "register"]
Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Access:
    """One grant: `client` (class/member/subsystem within the instance) may call `method` on `path`."""

    client: str
    method: str
    path: str


@dataclass(frozen=True, slots=True)
class Service:
    """A service of a member, and who may call it."""

    code: str
    access: tuple[Access, ...]


@dataclass(frozen=True, slots=True)
class Seal:
    """The e-seal that a member's site may use: of which organisation, under which registered name."""

    organisation: str
    identifier: str
    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the exchange: one gateway, one subsystem, one site."""

    code: str
    member_class: str
    name: Text
    subsystem: str
    site: SiteKind
    services: tuple[Service, ...]
    registers: tuple[str, ...] = ()
    seal: Seal | None = None


@dataclass(frozen=True, slots=True)
class Demo:
    """A whole demo. All paths are absolute."""

    instance: str
    territory: str
    operator: Text
    country: Path
    people: Path
    registers: Path
    staff: Path
    members: tuple[Member, ...]

    def member(self, site: SiteKind) -> Member:
        """The first member that runs a site of that kind."""
        return next(member for member in self.members if member.site == site)


def read_demo(path: Path) -> Demo:
    """Read and check a demo.yaml; raises DemoDeclarationInvalid saying which file and what is wrong."""
    try:
        declared = yaml.safe_load(path.read_text(encoding="utf-8"))
        return _demo(declared, folder=path.parent)
    except FileNotFoundError as exc:
        raise DemoDeclarationInvalid(
            f"There is no demo at {path}.", remedy="Name a country that has a folder under demo/."
        ) from exc
    except (KeyError, TypeError, AttributeError, yaml.YAMLError) as exc:
        raise DemoDeclarationInvalid(f"{path}: not understood: {exc}", remedy="Compare it with demo/vietnam.") from exc


def _demo(declared: dict[str, Any], *, folder: Path) -> Demo:
    members = tuple(_member(item) for item in declared["members"])
    kinds = [member.site for member in members]
    for kind in ("portal", "onestop", "register"):
        if kind not in kinds:
            raise DemoDeclarationInvalid(f"{folder / 'demo.yaml'}: no member runs a site of kind {kind!r}.")
    return Demo(
        instance=str(declared["instance"]),
        territory=str(declared["territory"]),
        operator=declared["operator"],
        country=(folder / declared["country"]).resolve(),
        people=(folder / declared["people"]).resolve(),
        registers=(folder / declared["registers"]).resolve(),
        staff=(folder / declared["staff"]).resolve(),
        members=members,
    )


def _member(item: dict[str, Any]) -> Member:
    kind = str(item["site"])
    if kind not in {"portal", "onestop", "register"}:
        raise DemoDeclarationInvalid(f"Member {item['code']}: unknown kind of site {kind!r}.")
    seal = item.get("seal")
    return Member(
        code=str(item["code"]),
        member_class=str(item["class"]),
        name=item["name"],
        subsystem=str(item["subsystem"]),
        site=cast("SiteKind", kind),
        services=tuple(_service(service) for service in item.get("services", [])),
        registers=tuple(item.get("registers", [])),
        seal=Seal(**{name: str(value) for name, value in seal.items()}) if seal else None,
    )


def _service(item: dict[str, Any]) -> Service:
    grants = tuple(Access(client=a["client"], method=a["method"], path=a["path"]) for a in item["access"])
    return Service(code=str(item["code"]), access=grants)
