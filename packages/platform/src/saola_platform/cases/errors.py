"""Everything that `cases` refuses, each with a stable code and what to do about it."""

from __future__ import annotations

from saola_platform.errors import PlatformError


class CaseError(PlatformError):
    """The base of all errors of this app."""

    code = "cases.error"
    remedy = "Tell the operator of this site the reference number."


class ModelRefused(CaseError):
    """The workflow model cannot be read, or uses an element that is not allowed."""

    code = "cases.model_refused"
    title = "The workflow model cannot be used"
    fault = "operator"
    remedy = "Correct the procedure's workflow.bpmn; `saola check` names the line."


class ConditionRefused(CaseError):
    """A condition of the model is more than one comparison, or names a variable that does not exist."""

    code = "cases.condition_refused"
    title = "A condition of the workflow cannot be used"
    fault = "operator"
    remedy = 'Write one comparison, such as outcome == "grant", over a variable that is set by then.'


class NoSuchTask(CaseError):
    """The task is not open in this process (any more)."""

    code = "cases.task_not_open"
    title = "This step is no longer open"
    fault = "caller"
    remedy = "Load the dossier again: somebody else may have finished this step."
    status = 409


class OutcomeNotOffered(CaseError):
    """The outcome is none of those that the model offers at this task."""

    code = "cases.outcome_not_offered"
    title = "This decision is not possible here"
    fault = "caller"
    remedy = "Choose one of the outcomes that the page offers."
    status = 400


class ApplicationRefused(CaseError):
    """The application container is not acceptable: shape, signature, digests, signer or procedure."""

    code = "cases.application_refused"
    title = "The application cannot be accepted"
    fault = "caller"
    remedy = "Make the application again and sign it with the applicant's own certificate."
    status = 400


class SubmissionConflict(CaseError):
    """The same submission id arrived before with another content."""

    code = "cases.submission_conflict"
    title = "This submission arrived before with another content"
    fault = "caller"
    remedy = "Use a new submission id for a new application."
    status = 409


class NoSuchDossier(CaseError):
    """There is no such dossier, or it is not for the one who asks."""

    code = "cases.no_such_dossier"
    title = "There is no such dossier"
    fault = "caller"
    remedy = "Check the dossier code and the applicant's number."
    status = 404


class NotWaiting(CaseError):
    """A completion arrived for a dossier that does not wait for one."""

    code = "cases.not_waiting"
    title = "The dossier does not wait for a completion"
    fault = "caller"
    remedy = "Look at the dossier's state; a completion can be sent only when one was asked for."
    status = 409


class CompletionAlreadyRequested(CaseError):
    """The country allows only so many requests to complete a dossier, and they are used up."""

    code = "cases.completion_requests_used_up"
    title = "The applicant has already been asked to complete this dossier"
    fault = "caller"
    remedy = "Decide on what is there: propose to grant or to refuse."
    status = 409


class Overtaken(CaseError):
    """Somebody else changed the dossier after the page was loaded."""

    code = "cases.overtaken"
    title = "Somebody else was faster"
    fault = "caller"
    remedy = "Look at the dossier as it is now, then decide again."
    status = 409


class NotYourTask(CaseError):
    """The official does not have the role, or the organisation, that this task needs."""

    code = "cases.not_your_task"
    title = "This step belongs to another role"
    fault = "caller"
    remedy = "Ask a colleague with the role that the task names."
    status = 403


class OperationFailed(CaseError):
    """An operation of the procedure could not be carried out now; it is tried again."""

    code = "cases.operation_failed"
    title = "An operation could not be carried out now"
    fault = "peer"
    remedy = "Nothing to do at first: it is tried again. If it stays, look at the other side's health page."
    status = 503
    retry = True


class OperationRefused(CaseError):
    """An operation was refused for good: the declaration or the data must change before it can be tried again."""

    code = "cases.operation_refused"
    title = "An operation was refused"
    fault = "operator"
    remedy = "Read the refusal, mend the declaration or the grant at the other side, then start the operation again."
    status = 502


class ReasonMissing(CaseError):
    """The decision needs a written reason, or the reason cannot be kept."""

    code = "cases.reason_missing"
    title = "A reason is needed"
    fault = "caller"
    remedy = "Write the reason and send the decision again."
    status = 400
