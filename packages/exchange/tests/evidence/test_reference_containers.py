"""Containers made by others: each judged as the reference verifier judges it, with the same code."""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from saola_exchange.evidence import Report, verify_container
from saola_exchange.evidence.archive import is_archive, linked_containers, read_links
from saola_exchange.evidence.command import main
from saola_exchange.evidence.errors import ContainerInvalid, NotAContainer
from saola_exchange.globalconf import ConfigurationView


@pytest.fixture
def folder(reference_data: Path) -> Path:
    return reference_data / "xroad/asic"


def judge(folder: Path, case: dict[str, Any]) -> Report:
    view = ConfigurationView.load(folder / case["configuration"])
    return verify_container((folder / case["file"]).read_bytes(), view=view)


def cases(folder: Path, kind: str) -> list[dict[str, Any]]:
    return json.loads((folder / "cases.json").read_text())[kind]  # type: ignore[no-any-return]


def test_every_reference_container_gets_its_verdict_and_code(folder: Path) -> None:
    judged = {case["file"]: judge(folder, case) for case in cases(folder, "containers")}
    found = {name: (report.verdict, report.code) for name, report in judged.items()}
    assert found == {case["file"]: (case["expected"], case["error_code"]) for case in cases(folder, "containers")}


def test_a_stray_hash_chain_is_named_as_unsigned(folder: Path) -> None:
    case = next(one for one in cases(folder, "containers") if "not-signed-hashchain" in one["file"])
    report = judge(folder, case)
    unsigned = {part.name for part in report.parts if part.state == "unsigned"}
    assert unsigned == {"hashchain.xml", "hashchainresult.xml", "sig-hashchain.xml", "sig-hashchainresult.xml"}
    assert [lack.code for lack in report.lacking] == ["unsigned_file"]


def test_a_part_that_is_not_there_is_told_with_its_digest(folder: Path) -> None:
    case = next(one for one in cases(folder, "containers") if "valid-signed-hashchain" in one["file"])
    report = judge(folder, case)
    absent = [part for part in report.parts if part.state == "digest-only"]
    assert [part.name for part in absent] == ["attachment1"]
    assert len(absent[0].digest or "") == 128
    assert [lack.code for lack in report.lacking] == ["part_missing"]


def test_the_reference_archive_is_linked_and_its_container_verifies(folder: Path) -> None:
    (case,) = cases(folder, "archives")
    data = (folder / case["file"]).read_bytes()
    links = read_links(data)
    view = ConfigurationView.load(folder / case["configuration"])
    containers = list(linked_containers(data, links))
    assert links.last_digest == case["last_digest"]
    assert len(containers) == case["containers"]
    assert [verify_container(content, view=view).verdict for _, content in containers] == ["valid"]


def test_an_archive_with_a_changed_or_missing_container_is_refused(folder: Path) -> None:
    (case,) = cases(folder, "archives")
    source = zipfile.ZipFile(io.BytesIO((folder / case["file"]).read_bytes()))
    for change in ("changed", "missing"):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as target:
            for name in source.namelist():
                if name == "linkinginfo" or change == "changed":
                    target.writestr(name, source.read(name) + (b"" if name == "linkinginfo" else b"x"))
        data = buffer.getvalue()
        with pytest.raises(ContainerInvalid):
            list(linked_containers(data, read_links(data)))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_changed_archive_makes_the_reader_raise_anything_undeclared(folder: Path, data: st.DataObject) -> None:
    (case,) = cases(folder, "archives")
    original = (folder / case["file"]).read_bytes()
    changed = bytearray(original)
    # the end of the file, where the directory of the archive lies, is where damage is most inventive
    at = data.draw(st.integers(0, len(changed) - 1) | st.integers(len(changed) - 300, len(changed) - 1))
    changed[at] ^= data.draw(st.integers(1, 255))
    with suppress(ContainerInvalid, NotAContainer):
        is_archive(bytes(changed))
        found = [content for _, content in linked_containers(bytes(changed), read_links(bytes(changed)))]
        assert found == [content for _, content in linked_containers(original, read_links(original))]


def test_the_command_tells_people_and_programs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = folder / "containers/valid-non-batch-rest.asice", folder / "containers/wrong-message.asice"
    conf = str(folder / "globalconf_good2_v3")
    assert main(["verify", str(good), "--conf", conf]) == 0
    told = capsys.readouterr().out
    assert told.startswith("VALID  valid-non-batch-rest.asice\n")
    assert "signed by     Test member (DEV/COM/1234)" in told
    assert "stamped at    2024-07-11 12:51:12 UTC by Test TSA, together with other messages" in told
    assert "part          attachment1: unchanged since it was signed" in told
    assert main(["verify", str(bad), "--conf", conf, "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["verdict"], report["code"]) == ("invalid", "invalid_signature_value")


def test_the_command_says_when_it_cannot_judge(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    conf, container = str(folder / "globalconf_good2_v3"), str(folder / "containers/valid-non-batch-rest.asice")
    text = tmp_path / "text.asice"
    text.write_text("no archive")
    assert main(["verify", str(text), "--conf", conf]) == 2
    assert main(["verify", str(tmp_path / "absent"), "--conf", conf]) == 2
    assert main(["verify", container, "--conf", str(tmp_path)]) == 2
    assert main(["verify", container, "--conf", str(tmp_path / "absent"), "--json"]) == 2
    captured = capsys.readouterr()
    assert "not a ZIP archive" in captured.err
    assert json.loads(captured.out)["verdict"] == "unusable"


def test_a_configuration_may_be_given_as_a_zip_file_of_a_folder(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "conf.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for file in (folder / "globalconf_good2_v3").rglob("*"):
            if file.is_file():
                target.write(file, f"verificationconf/{file.relative_to(folder / 'globalconf_good2_v3')}")
    assert main(["verify", str(folder / "containers/valid-signed-message.asice"), "--conf", str(archive)]) == 0


def test_an_archive_can_be_given_to_the_command(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = str(folder / "archive/message-archive-0.zip")
    assert main(["verify", archive, "--conf", str(folder / "globalconf_messagelog")]) == 0
    assert "VALID  message-archive-0.zip/3a2a743f" in capsys.readouterr().out


def test_several_containers_in_a_zip_file_are_judged_one_by_one(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle, conf = tmp_path / "both.zip", str(folder / "globalconf_good2_v3")
    for names, code in ((["valid-signed-message"], 0), (["valid-signed-message", "wrong-message"], 1)):
        with zipfile.ZipFile(bundle, "w") as target:
            for name in names:
                target.write(folder / f"containers/{name}.asice", f"{name}.asice")
        assert main(["verify", str(bundle), "--conf", conf]) == code
    assert "VALID  both.zip/valid-signed-message.asice" in capsys.readouterr().out


def test_a_container_of_another_instance_is_not_believed(folder: Path) -> None:
    view = ConfigurationView.load(folder / "globalconf_messagelog")
    report = verify_container((folder / "containers/valid-signed-message.asice").read_bytes(), view=view)
    assert (report.verdict, report.code) == ("invalid", "timestamp_validation")
