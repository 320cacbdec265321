"""Is a signature to be believed? One policy for containers and PDF: the report, the judgement behind it. No I/O."""

from __future__ import annotations

from saola_trust.validation.judgement import Evidence, Judged, judge
from saola_trust.validation.report import Refused, Report, SignatureReport, Verdict, overall

__all__ = ["Evidence", "Judged", "Refused", "Report", "SignatureReport", "Verdict", "judge", "overall"]
