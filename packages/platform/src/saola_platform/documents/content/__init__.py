"""What is inside a file: recognised, opened far enough to know that it is sound, never trusted by its name.

Every check takes a path and reads in pieces, so that memory stays flat whatever somebody sends.
"""

from saola_platform.documents.content.kinds import ACCEPTED_KINDS, check_content

__all__ = ["ACCEPTED_KINDS", "check_content"]
