"""Every country's birth procedure, with the answers its own examples call complete, from intake to result."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from saola_platform.cases import intake
from saola_platform.cases.actions import Choice, decide
from saola_platform.cases.models import Dossier, Official

from .world import MORNING, PORTAL, application, one_stop_of, work, zipped

FOLDERS = sorted((Path(__file__).parents[4] / "countries").glob("*/procedures/birth-registration"))


def complete_answers(folder: Path) -> dict[str, Any]:
    """The answers of the country's first example that has no problems."""
    cases = yaml.safe_load((folder / "cases" / "answers.yaml").read_text(encoding="utf-8"))["cases"]
    case = next(one for one in cases if one["then"].get("problems") == [])
    answers: dict[str, Any] = case["given"]["answers"]
    return answers


@pytest.mark.django_db
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parents[1].name)
def test_choosing_the_first_outcome_everywhere_ends_with_a_delivered_result(
    folder: Path, using_site: Any, tmp_path: Path
) -> None:
    with one_stop_of(country=folder.parents[1].name, using_site=using_site, folder=tmp_path) as onestop:
        procedure = onestop.country.procedure_in(folder.name)
        assert procedure is not None
        number = onestop.country.identifiers[onestop.country.person_identifier].example
        dossier = _taken_in(onestop.organisation, procedure.code, number=number, answers=complete_answers(folder))
        roles = sorted({task.role for task in procedure.tasks.values()})
        person = Official.objects.create(
            personal_number="1", name="Everybody", organisation=onestop.organisation, roles=roles
        )
        for minutes in range(1, 9):
            work(at=MORNING)
            dossier.refresh_from_db()
            if dossier.ended_at is not None:
                break
            step = dossier.steps.get(closed_at__isnull=True)
            first = procedure.tasks[step.node].outcomes[0].id
            choice = Choice(dossier.code, step.pk, dossier.version, first, reason="Because.", signed=b"%PDF signed")
            decide(official=person, choice=choice, at=MORNING + timedelta(minutes=minutes))
        assert dossier.status == Dossier.Status.GRANTED
        (result,) = onestop.peers.results.values()
        assert result["subject"] == number
        assert [one["type"] for one in onestop.peers.events][-2:] == ["decided", "result-ready"]


def _taken_in(organisation: str, procedure: str, *, number: str, answers: dict[str, Any]) -> Dossier:
    submission = uuid.uuid4()
    applicant = {"personal_number": number, "full_name": "An Applicant"}
    container = application(
        submission=submission,
        destination=organisation,
        procedure=procedure,
        given=answers,
        applicant=applicant,
        prefilled=[],
    )
    with zipfile.ZipFile(io.BytesIO(container)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["signer.json"] = json.dumps({"number": number, "name": "An Applicant"}).encode()
    taken = intake.take_in(container=zipped(files), submission_id=str(submission), portal=PORTAL, at=MORNING)
    return taken.dossier
