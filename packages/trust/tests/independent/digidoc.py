"""Ask libdigidocpp: digidoc.py FOLDER URL, with container.asice, operator.der and, if there is a list, tl.xml inside.

Below URL there is nothing, which is said at once: the library waits long for a server that does not answer.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pydigidoc


def main(folder: Path, nowhere: str) -> list[str]:
    """One verdict per signature; a container that cannot be opened is one verdict too."""
    cache = folder / "cache"
    shutil.copytree(Path(pydigidoc.__file__).parent / "schema", cache)
    if (folder / "tl.xml").exists():
        shutil.copy(folder / "tl.xml", cache)
    configuration = pydigidoc.DigiDocConf(str(cache))
    configuration.set_tslurl(f"{nowhere}/tl.xml")  # the list lies in the cache, and a newer one is not to be had
    configuration.set_tslcert((folder / "operator.der").read_bytes())
    configuration.set_log_level(1)
    configuration.set_log_file("")
    pydigidoc.Conf.init(configuration.transfer())
    pydigidoc.initialize_lib("verifier", str(cache))
    try:
        container = pydigidoc.Container.open(str(folder / "container.asice"))  # owns its signatures: kept alive
        return [verdict(signature) for signature in container.signatures()]
    except RuntimeError as exc:
        return [f"cannot be opened: {exc}"]


def verdict(signature: pydigidoc.Signature) -> str:
    """ "ok", or all causes."""
    try:
        signature.validate()
    except RuntimeError as exc:
        return str(exc)
    return "ok"


print(json.dumps(main(Path(sys.argv[1]), sys.argv[2])))
