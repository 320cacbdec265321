"""What other apps may call: keep an upload, keep own bytes, look up, read.

``keep_upload`` is for what people send: checked by content, scanned, named safely. ``keep_own`` is for what this
site or a peer made (containers, receipts, results): kept as it is, because it is signed as it is.
"""

from saola_platform.documents.actions import forget, keep_own, keep_upload
from saola_platform.documents.content import ACCEPTED_KINDS
from saola_platform.documents.errors import FileTooLarge, StoredFileMissing, UploadRefused, kind_names, megabytes
from saola_platform.documents.queries import FileInfo, file_info, files_info, read_file

__all__ = [
    "ACCEPTED_KINDS",
    "FileInfo",
    "FileTooLarge",
    "StoredFileMissing",
    "UploadRefused",
    "file_info",
    "files_info",
    "forget",
    "keep_own",
    "keep_upload",
    "kind_names",
    "megabytes",
    "read_file",
]
