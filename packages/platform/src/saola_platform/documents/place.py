"""Where this site keeps its files, and which scanner looks at them."""

from saola_platform.documents.scanner import NoScanner, Scanner
from saola_platform.documents.storage import FileStore
from saola_platform.kernel.configuration import site


def file_store() -> FileStore:
    """The store below the site's data folder."""
    return FileStore(folder=site().data / "files")


def scanner() -> Scanner:
    """The scanner of this site."""
    return NoScanner()
