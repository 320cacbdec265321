"""The addresses of TS 119 612 that we write and read."""

from __future__ import annotations

TSL = "http://uri.etsi.org/02231/v2#"
NS = {"tsl": TSL}
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
TAG = "http://uri.etsi.org/19612/TSLTag"
TYPE = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUgeneric"
APPROACH = "http://uri.etsi.org/TrstSvc/TrustedList/StatusDetn/EUappropriate"
RULES = "http://uri.etsi.org/TrstSvc/TrustedList/schemerules/EUcommon"
STATUS = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/"
GRANTED, WITHDRAWN = STATUS + "granted", STATUS + "withdrawn"
# Older words for "counts": lists of others, and histories before 2016, still use them.
COUNTING = {GRANTED, STATUS + "recognisedatnationallevel", STATUS + "accredited", STATUS + "undersupervision"}
SERVICE_TYPES = {
    "ca": "http://uri.etsi.org/TrstSvc/Svctype/CA/QC",
    "tsa": "http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST",
    "ocsp": "http://uri.etsi.org/TrstSvc/Svctype/Certstatus/OCSP/QC",
}
KINDS = {address: kind for kind, address in SERVICE_TYPES.items()} | {
    "http://uri.etsi.org/TrstSvc/Svctype/Certstatus/OCSP": "ocsp",
    "http://uri.etsi.org/TrstSvc/Svctype/TSA": "tsa",
}
