"""The shapes of what a country declares: frozen values, valid once `load_country` has given them."""

from saola_blueprint.schema.countries import Country
from saola_blueprint.schema.dated import Dated, DatedValue, Parameter
from saola_blueprint.schema.forms import FORM_FIELD_TYPES, Field, Form, Lookup, Prefill, Section
from saola_blueprint.schema.organisations import ExchangeAddress, Organisation
from saola_blueprint.schema.places import NOWHERE, Place
from saola_blueprint.schema.procedures import (
    CHANNELS,
    UNITS,
    Competence,
    DocumentDeliver,
    DocumentRender,
    DocumentSeal,
    Fee,
    Notice,
    Operation,
    Outcome,
    Procedure,
    RegisterCreate,
    RequiredDocument,
    Result,
    Task,
    TimeLimit,
)
from saola_blueprint.schema.registers import (
    FIELD_TYPES,
    Choice,
    Identifier,
    LegalBasis,
    Numbering,
    Register,
    RegisterField,
)
from saola_blueprint.schema.rulebook import Rule, Rulebook, rule
from saola_blueprint.schema.sources import ROOTS, Comparison, Constant, FromPath, FromRule, Source
from saola_blueprint.schema.texts import Text

__all__ = [
    "CHANNELS",
    "FIELD_TYPES",
    "FORM_FIELD_TYPES",
    "NOWHERE",
    "ROOTS",
    "UNITS",
    "Choice",
    "Comparison",
    "Competence",
    "Constant",
    "Country",
    "Dated",
    "DatedValue",
    "DocumentDeliver",
    "DocumentRender",
    "DocumentSeal",
    "ExchangeAddress",
    "Fee",
    "Field",
    "Form",
    "FromPath",
    "FromRule",
    "Identifier",
    "LegalBasis",
    "Lookup",
    "Notice",
    "Numbering",
    "Operation",
    "Organisation",
    "Outcome",
    "Parameter",
    "Place",
    "Prefill",
    "Procedure",
    "Register",
    "RegisterCreate",
    "RegisterField",
    "RequiredDocument",
    "Result",
    "Rule",
    "Rulebook",
    "Section",
    "Source",
    "Task",
    "Text",
    "TimeLimit",
    "rule",
]
