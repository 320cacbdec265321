"""The supervisor: says what is wrong, starts again what dies, takes everything with it when it goes."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import LiteralString

import psutil
import psycopg
import pytest
import yaml

from .conftest import COMMAND, RunningDemo, started

# What one journey must leave behind, exactly once: whose database, and the question.
COUNTED: dict[str, tuple[str, LiteralString]] = {
    "dossiers": ("site-SHIRE", "SELECT count(*) FROM cases_dossier"),
    "entries": ("site-JUSTICE", "SELECT count(*) FROM registers_record WHERE register = 'births'"),
    "newborns": ("site-INTERIOR", "SELECT count(*) FROM registers_acceptedwrite"),
    "results": ("site-CHANCERY", "SELECT count(*) FROM portal_storedresult"),
}
pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]


@pytest.mark.xdist_group("vietnam")
def test_each_role_of_the_demo_is_refused_at_every_other_database(vietnam: RunningDemo) -> None:
    urls = database_addresses(vietnam)
    assert len(urls) == 11
    for owner, url in urls.items():
        for other in urls:
            conninfo = psycopg.conninfo.make_conninfo(
                url, dbname=psycopg.conninfo.conninfo_to_dict(urls[other])["dbname"]
            )
            if owner == other:
                psycopg.connect(conninfo).close()
            else:
                with pytest.raises(psycopg.OperationalError, match="permission denied"):
                    psycopg.connect(conninfo)


@pytest.mark.xdist_group("vietnam")
def test_a_second_demo_on_the_same_folder_is_refused_in_clear_words(vietnam: RunningDemo) -> None:
    words = ["demo", "--data", str(vietnam.data), "--free-ports"]
    done = subprocess.run([*COMMAND, *words], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "runs on" in done.stderr
    assert "What to do" in done.stderr


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        words = ["demo", "--data", str(tmp_path / "data"), "--port", str(port)]
        done = subprocess.run([*COMMAND, *words], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert str(port) in done.stderr


@pytest.mark.xdist_group("template")
def test_every_process_may_be_killed_during_the_journey_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    with started("template", tmp_path / "killed") as demo:
        walking = demo.check(report=tmp_path / "report.json")
        killed = kill_one_after_another(demo, walking)
        said = walking.communicate(timeout=300)[0].decode()
        assert walking.returncode == 0, said + demo.said()
        demo.wait_until_all_run()
        assert killed, "the journey ended before anything was killed"
        for name in killed:
            assert f"{name} ended (killed by SIGKILL)" in demo.said()
            assert f"{name} is back" in demo.said()
        assert counted(demo) == {"dossiers": 1, "entries": 1, "newborns": 1, "results": 1}


@pytest.mark.xdist_group("template")
def test_when_the_supervisor_is_killed_all_its_children_end_and_a_later_start_finds_the_data(tmp_path: Path) -> None:
    with started("template", tmp_path / "left") as demo:
        children = psutil.Process(demo.supervisor.pid).children(recursive=True)
        assert len(children) > 15
        demo.supervisor.kill()
        demo.supervisor.wait()
        _, alive = psutil.wait_procs(children, timeout=40)
        assert [one.cmdline() for one in alive] == []
    with started("template", tmp_path / "left") as again:
        assert again.all_run()


def kill_one_after_another(demo: RunningDemo, walking: subprocess.Popen[bytes]) -> list[str]:
    """Kill every process once in shuffled order, each when all serve again, until the journey has ended.

    SAOLA_FAULT_SEED chooses another order: one run is a sample, many seeds are the search.
    """
    seed = int(os.environ.get("SAOLA_FAULT_SEED", "6"))
    print(f"SAOLA_FAULT_SEED={seed}")
    order = sorted(demo.processes())
    random.Random(seed).shuffle(order)
    killed: list[str] = []
    for name in order:
        while walking.poll() is None and not demo.all_run():
            time.sleep(0.2)
        if walking.poll() is not None:
            break
        pid = demo.processes()[name]["pid"]
        os.kill(pid, signal.SIGKILL)
        killed.append(name)
        time.sleep(1.0)
    return killed


def database_addresses(demo: RunningDemo) -> dict[str, str]:
    """The connection address of each owner, from the configuration files of the processes."""
    found: dict[str, str] = {}
    for path in (demo.data / "configurations").glob("*.yaml"):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if content.get("database"):
            found[path.stem] = content["database"]
    return found


def counted(demo: RunningDemo) -> dict[str, int]:
    """What the databases hold after one journey, counted behind everybody's back."""
    sites = {name: url for name, url in database_addresses(demo).items() if name.startswith("site-")}
    numbers = {}
    for what, (site, question) in COUNTED.items():
        with psycopg.connect(sites[site]) as connection:
            row = connection.execute(question).fetchone()
            assert row is not None
            numbers[what] = int(row[0])
    return numbers
