"""A configuration on disk, in the layout that X-Road's tools read and write.

``instance-identifier``, then per instance a folder with ``shared-params.xml`` (and the own
``private-params.xml``), each with a ``.metadata`` file in JSON beside it.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import zipfile
from collections.abc import Mapping
from pathlib import Path

from saola_exchange.globalconf.directory import PRIVATE, SHARED, Directory, ListedFile
from saola_exchange.globalconf.errors import ConfigurationInvalid
from saola_exchange.globalconf.xmlconf import write_time

INSTANCE_FILE = "instance-identifier"
SHARED_FILE, PRIVATE_FILE = "shared-params.xml", "private-params.xml"
METADATA_SUFFIX = ".metadata"
MAXIMUM_FILE = 64 * 1024 * 1024
MAXIMUM_FILES = 2000
_NAMES = {SHARED: SHARED_FILE, PRIVATE: PRIVATE_FILE}


def read_folder(path: Path) -> dict[str, bytes]:
    """The files of a configuration folder, or of a ZIP file with one in it, by their names below
    the folder where ``instance-identifier`` lies. Raises ConfigurationInvalid."""
    try:
        files = _from_zip(path.read_bytes()) if path.is_file() else _from_folder(path)
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as exc:
        raise ConfigurationInvalid(f"the configuration at {path} cannot be read") from exc
    homes = sorted((name for name in files if name.rpartition("/")[2] == INSTANCE_FILE), key=len)
    if not homes:
        raise ConfigurationInvalid(f"there is no file {INSTANCE_FILE} in {path}")
    home = homes[0].removesuffix(INSTANCE_FILE)
    return {name.removeprefix(home): content for name, content in files.items() if name.startswith(home)}


def write_configuration(folder: Path, *, directory: Directory, contents: Mapping[str, bytes]) -> None:
    """Keep a verified configuration; `contents` are the files by their location in the directory.

    Each file is replaced as a whole, the metadata last, so that a reader never sees a half.
    """
    shared = directory.file(SHARED)
    if shared is None:
        raise ConfigurationInvalid("the directory lists no shared parameters")
    for listed in directory.files:
        name = _NAMES.get(listed.identifier)
        if name is None or listed.instance != shared.instance:
            continue
        home = folder / shared.instance
        home.mkdir(parents=True, exist_ok=True)
        _replace(home / name, contents[listed.location])
        _replace(home / (name + METADATA_SUFFIX), _metadata(listed, directory))
    _replace(folder / INSTANCE_FILE, shared.instance.encode())


def _metadata(listed: ListedFile, directory: Directory) -> bytes:
    value = {
        "contentIdentifier": listed.identifier,
        "instanceIdentifier": listed.instance,
        "contentLocation": listed.location,
        "contentFileName": listed.file_name,
        "expirationDate": write_time(directory.expires),
        "configurationVersion": str(directory.version),
    }
    return json.dumps({key: value[key] for key in value if value[key] is not None}).encode()


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)  # noqa: PTH105 - the same, and the name says that it is atomic
    finally:
        temporary.unlink(missing_ok=True)


def _from_folder(path: Path) -> dict[str, bytes]:
    if not path.is_dir():
        raise ConfigurationInvalid(f"{path} is neither a configuration folder nor a ZIP file")
    found: dict[str, bytes] = {}
    nearest_first = (file for pattern in ("*", "*/*", "*/*/*") for file in sorted(path.glob(pattern)))
    for file in nearest_first:
        if not _is_wanted(file.name) or not file.is_file() or file.stat().st_size > MAXIMUM_FILE:
            continue
        if len(found) >= MAXIMUM_FILES:
            raise ConfigurationInvalid(f"{path} has more than {MAXIMUM_FILES} files: is it a configuration folder?")
        found[file.relative_to(path).as_posix()] = file.read_bytes()
    return found


def _is_wanted(name: str) -> bool:
    return name.removesuffix(METADATA_SUFFIX) in {INSTANCE_FILE, SHARED_FILE, PRIVATE_FILE}


def _from_zip(data: bytes) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist()[:MAXIMUM_FILES]:
            if not _is_wanted(entry.filename.rpartition("/")[2]):
                continue
            with archive.open(entry) as file:
                content = file.read(MAXIMUM_FILE + 1)
            if len(content) > MAXIMUM_FILE:
                raise ConfigurationInvalid(f"{entry.filename} is larger than {MAXIMUM_FILE} bytes")
            found[entry.filename] = content
    return found
