"""The journey itself, in the order in which it happens."""

from __future__ import annotations

import urllib.parse
from datetime import UTC, datetime
from pathlib import Path

from saola_command.demo.check.browser import Browser
from saola_command.demo.check.citizen import Citizen, Usage
from saola_command.demo.check.evidence import Exchange, refuse_tampered, verify_containers
from saola_command.demo.check.official import Official
from saola_command.demo.check.papers import child_number, judge_certificate
from saola_command.demo.check.report import Report
from saola_command.demo.check.script import read_script
from saola_command.demo.declaration import Demo
from saola_command.demo.layout import Layout
from saola_command.errors import JourneyFailed


class Journey:
    """One walk through the state of one demo."""

    def __init__(self, *, demo: Demo, layout: Layout, report: Report, folder: Path) -> None:
        self.demo = demo
        self.layout = layout
        self.folder = folder
        self._step = report.step
        self.script = read_script(folder=demo.people.parent, people=demo.people)
        portal, onestop = layout.url("portal"), layout.url("onestop")
        browser = Browser(language=self.script.language)
        today = datetime.now(UTC).date()
        self.mother = Citizen(browser=browser, portal=portal, script=self.script, today=today)
        self.clerk = Official(Browser(language=self.script.language), onestop, self.script.clerk)
        self.leader = Official(Browser(language=self.script.language), onestop, self.script.leader)

    def walk(self) -> None:
        """The whole journey; raises CommandError at the first thing that is not as it must be."""
        dossier, code = self._apply()
        self._complete(dossier, code)
        self._decide(code)
        certificate = self._receive(dossier)
        self._look_at_registers(certificate=certificate, code=code)
        self._look_at_evidence(code)

    def _apply(self) -> tuple[str, str]:
        with self._step("she finds the service by typing it, with and without diacritics"):
            service = self.mother.find()
        with self._step("she signs in and begins; the registers are read over the exchange"):
            application = self.mother.begin(service)
        with self._step("what the state knows is there, with purpose, legal ground and proof"):
            read = self.mother.fill(application)
        with self._step("she adds the hospital's paper"):
            self.mother.attach(application)
        with self._step("the reads that filled the form are proved"):
            self._verify_reads(application, read)
        with self._step("she reviews and signs with her PIN"):
            dossier = self.mother.sign(application)
        with self._step("she has a receipt with dossier code and QR"):
            return dossier, self.mother.receipt(dossier)

    def _complete(self, dossier: str, code: str) -> None:
        with self._step("the clerk finds the dossier in the queue, with its deadline"):
            self.clerk.open(code)
        with self._step("the clerk asks for one completion"):
            self.clerk.act(code, outcome=self.script.outcomes["ask"], reason=self.script.completion_request)
        with self._step("she answers it, signed"):
            self.mother.complete(dossier)

    def _decide(self, code: str) -> None:
        with self._step("the clerk proposes to grant it"):
            self.clerk.act(code, outcome=self.script.outcomes["propose"])
        with self._step("the leader sees the certificate, signs it with the PIN"):
            self.leader.sign(code, outcome=self.script.outcomes["sign"])

    def _receive(self, dossier: str) -> bytes:
        with self._step("the certificate is in her document store, signed and sealed"):
            certificate = self.mother.result(dossier)
            judge_certificate(certificate, folder=self.folder)
        with self._step("she was told at each step, on the portal and by letter"):
            notices, letters = self.mother.notices(), self.mother.letters(self.layout.url("mail"), dossier, at_least=4)
            if min(notices, letters) < 4:
                raise JourneyFailed(f"Only {notices} notices and {letters} letters came.")
        return certificate

    def _look_at_registers(self, *, certificate: bytes, code: str) -> None:
        exchange = self._exchange()
        purpose = f"procedure:{self.script.procedure}"
        subject = self.script.applicant.personal_number
        with self._step("the entry stands in the register of civil status"):
            entry = exchange.record(
                register=self.script.entries_register,
                key=code,
                purpose=purpose,
                ground=self.script.ground,
                subject=subject,
            )
        with self._step("the population register has the child's new number"):
            number = child_number(entry)
            person = exchange.record(
                register=self.script.people_register,
                key=number,
                purpose=purpose,
                ground=self.script.ground,
                subject=subject,
            )
            name = person["data"][self.script.name_in_people_register]
            if name != self.script.child_name:
                raise JourneyFailed(f"The number {number} belongs to {name}.")
            judge_certificate(certificate, folder=self.folder, mentions=number)

    def _look_at_evidence(self, code: str) -> None:
        with self._step("under “who used my data” stands every read, with organisation and purpose"):
            usages = self.mother.usages()
            mine = [usage for usage in usages if code in usage.text]
            if len(usages) < 3 or not mine or not all(usage.message_id in usage.text for usage in usages):
                raise JourneyFailed(f"{len(usages)} uses are listed, {len(mine)} of them of this dossier.")
        configuration = self._exchange().configuration(self.folder)
        newest = usages[:25]
        with self._step(f"each of the newest {len(newest)} leads to evidence that an offline verifier accepts"):
            containers = {_file_name(one.message_id): self._evidence_of(one) for one in newest}
            verify_containers(containers=containers, configuration=configuration, folder=self.folder)
        with self._step("and refuses when one letter is changed"):
            refuse_tampered(container=next(iter(containers.values())), configuration=configuration, folder=self.folder)

    def _verify_reads(self, application: str, identifiers: list[str]) -> None:
        configuration = self._exchange().configuration(self.folder)
        containers = {}
        for one in identifiers:
            page = self.mother.browser.get(f"{application}evidence/{urllib.parse.quote(one, safe='')}")
            containers[_file_name(one)] = page.content
        verify_containers(containers=containers, configuration=configuration, folder=self.folder)

    def _evidence_of(self, usage: Usage) -> bytes:
        return self.mother.browser.get(usage.evidence_url).content

    def _exchange(self) -> Exchange:
        return Exchange(demo=self.demo, layout=self.layout, member=self.demo.member("portal"))


def _file_name(message_id: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in message_id)
