"""The `saola` command without a sub-command, or with one that is not there."""

from __future__ import annotations

import pytest
from saola_command.dispatcher import SUMMARIES, main, offered


def test_every_command_of_this_checkout_is_listed_with_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    assert set(offered()) == set(SUMMARIES)
    assert all(f"  {name} " in text and summary in text for name, summary in SUMMARIES.items())


def test_without_a_command_the_list_is_shown_and_the_exit_code_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage: saola" in capsys.readouterr().err


def test_an_unknown_command_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nonsense"]) == 2
    assert "'nonsense'" in capsys.readouterr().err
