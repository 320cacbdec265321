"""Following the global configuration: polled, verified with the anchor, kept on disk.

While the registry is away the kept configuration serves until it expires (and for the grace that the
operator allows beyond that); after a restart too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from saola_exchange.errors import ExchangeError
from saola_exchange.globalconf import Anchor, ConfigurationView, Download, http_fetch, parse_anchor, update

from .errors import ConfigurationInvalid, GlobalConfigurationOutdated

log = logging.getLogger(__name__)

# While there is nothing to work with, the registry is asked again this soon (seconds).
URGENT = 1.0


@dataclass(slots=True)
class FollowedConfiguration:
    """The newest configuration that was verified. `changed` is called with every new one."""

    anchor: Path
    folder: Path
    interval: float
    grace: timedelta
    clock: Callable[[], datetime]
    changed: Callable[[ConfigurationView], None]
    fetch: Callable[[str], bytes | None] = http_fetch
    _view: ConfigurationView | None = None
    _digests: tuple[bytes, ...] = ()
    failing_since: datetime | None = None

    def load(self) -> None:
        """Take what an earlier run kept, if it can be read."""
        if not self.folder.is_dir():
            return
        try:
            kept = ConfigurationView.load(self.folder)
            if kept.instance != read_anchor(self.anchor).instance:
                raise ConfigurationInvalid(f"it is that of the instance {kept.instance}, not the anchor's")
            self._take(kept)
        except ExchangeError as exc:
            log.warning("the kept global configuration is not used: %s", exc)

    def view(self) -> ConfigurationView:
        """The configuration in force. Raises GlobalConfigurationOutdated when there is none, or it has expired."""
        if self._view is None:
            raise GlobalConfigurationOutdated("there is no global configuration yet")
        expires = self._view.expires
        if expires is not None and expires + self.grace <= self.clock():
            raise GlobalConfigurationOutdated(f"the global configuration expired at {expires:%Y-%m-%dT%H:%M:%SZ}")
        return self._view

    @property
    def newest(self) -> ConfigurationView | None:
        """The newest configuration, expired or not; for questions whose answer is checked again in use."""
        return self._view

    @property
    def expires(self) -> datetime | None:
        """Until when the newest configuration is valid."""
        return None if self._view is None else self._view.expires

    async def refresh(self) -> bool:
        """Poll once; whether a configuration could be had."""
        try:
            download = await asyncio.to_thread(self._download)
            digests = tuple(listed.digest for listed in download.directory.files)
            self.failing_since = None
            # A new directory over the same files only moves the expiry; both are read from disk again.
            if digests != self._digests or self._view is None or self._view.expires != download.directory.expires:
                self._take(await asyncio.to_thread(ConfigurationView.load, self.folder))
                self._digests = digests
        except (ExchangeError, OSError) as exc:
            self.failing_since = self.failing_since or self.clock()
            log.warning("no new global configuration: %s", exc)
            return False
        return True

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            complete = await self.refresh()
            await asyncio.sleep(self.interval if complete or self._view is not None else min(URGENT, self.interval))

    def _download(self) -> Download:
        return update(anchor=read_anchor(self.anchor), fetch=self.fetch, folder=self.folder, at=self.clock())

    def _take(self, view: ConfigurationView) -> None:
        self._view = view
        self.changed(view)


def read_anchor(path: Path) -> Anchor:
    """The anchor file; read at every poll, so that a new one is taken up. Raises ConfigurationInvalid."""
    try:
        return parse_anchor(path.read_bytes())
    except OSError as exc:
        raise ConfigurationInvalid(f"cannot read the anchor {path}: {exc.strerror}") from exc
