"""The briefing page shows what the supervisor says, and stays a page when it says nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.test import Client
from saola_platform.portal.demonstration import parse

STATUS = {
    "instance": "EX-DEMO",
    "country": "XS",
    "processes": [
        {"name": "site-G22", "kind": "portal", "organisation": "G22", "state": "running", "url": "http://127.0.0.1:1/"},
        {"name": "site-A1", "kind": "register", "organisation": "A1", "state": "running", "url": "http://127.0.0.1:2/"},
        {"name": "site-X", "kind": "onestop", "organisation": "X", "state": "running", "url": "javascript:y"},
        {"name": "worker-X", "kind": "worker", "organisation": "X", "state": "starting", "url": None},
    ],
    "messages": {"total": 128, "per_gateway": {"G22": 60, "A1": 68}},
    "people": [
        {"full_name": "Example Mother", "label": {"en": "mother"}, "role": "mother"},
        {"full_name": "Example Clerk", "story": {"en": "Examines."}, "role": "clerk", "official": True},
    ],
    "links": {"portal": "http://127.0.0.1:1/", "registers": {"A1": "http://127.0.0.1:2/"}, "bad": "javascript:x"},
}


@pytest.fixture
def supervisor() -> Iterator[str]:
    """A supervisor on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(STATUS).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/status.json"
        server.shutdown()
        thread.join()


def test_the_page_shows_messages_people_and_links(client: Client, using_site: Any, supervisor: str) -> None:
    using_site(demo_status_url=supervisor)
    page = client.get("/about-this-demo/").content.decode()
    for words in ("128", "Office B", "Example Mother", "http://127.0.0.1:2/", 'data-testid="diagram"'):
        assert words in page
    assert "javascript:" not in page


def test_the_picture_names_organisations_and_not_their_codes(client: Client, using_site: Any, supervisor: str) -> None:
    using_site(demo_status_url=supervisor)
    page = client.get("/about-this-demo/").content.decode()
    assert 'id="open-A1" href="http://127.0.0.1:2/">Ministry A</a>' in page
    assert "Gateway · 68 messages" in page


def test_the_picture_lights_up_only_when_messages_have_come(client: Client, using_site: Any, supervisor: str) -> None:
    using_site(demo_status_url=supervisor)
    for seen, moves in (("127", True), ("128", False), ("", False), ("many", False)):
        part = client.get(f"/about-this-demo/status?seen={seen}").content.decode()
        assert ("saola-picture--moving" in part) is moves


def test_an_official_is_a_link_only_where_the_one_stop_is(client: Client, using_site: Any, supervisor: str) -> None:
    using_site(demo_status_url=supervisor)
    page = client.get("/about-this-demo/").content.decode()
    assert "Examines." in page
    assert ">Example Mother</a>" in page
    assert ">Example Clerk</a>" not in page


def test_the_counter_is_a_part_of_its_own(client: Client, using_site: Any, supervisor: str) -> None:
    using_site(demo_status_url=supervisor)
    part = client.get("/about-this-demo/status").content.decode()
    assert part.lstrip().startswith("<section")
    assert "128" in part


@pytest.mark.parametrize("address", [None, "http://127.0.0.1:1/status.json", "not an address"])
def test_a_silent_supervisor_leaves_the_page_whole(client: Client, using_site: Any, address: str | None) -> None:
    using_site(demo_status_url=address)
    page = client.get("/about-this-demo/")
    assert page.status_code == 200
    assert "does not answer" in page.content.decode()


def test_where_nothing_is_demonstrated_there_is_no_such_page(client: Client, using_site: Any) -> None:
    using_site(demo=False)
    assert client.get("/about-this-demo/").status_code == 404
    assert "About this demonstration" not in client.get("/").content.decode()


@pytest.mark.parametrize("data", [{}, {"messages": None}, {"people": [], "links": None}])
def test_a_status_with_little_in_it_is_understood(data: dict[str, Any]) -> None:
    assert parse(data, language="en").messages_total == 0
