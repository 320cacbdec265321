"""What service tasks do. Each kind is one function: it may be run again at any time and then does no harm."""

from saola_platform.cases.operations.perform import KINDS, perform
from saola_platform.cases.operations.results import Made, OperationResult

__all__ = ["KINDS", "Made", "OperationResult", "perform"]
