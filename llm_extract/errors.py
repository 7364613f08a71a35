"""Every error of the package, drawn as a tree.

    LlmExtractError
    ├── SettingsError              wrong use or settings; raised before any letter is read (exit code 2)
    │   ├── MissingExtraError      an optional extra is not installed
    │   ├── WeightsError           the embedded model's weights are absent or damaged
    │   ├── LocalServerError       the embedded model does not start
    │   ├── PromptError            a prompt file that does not fit its slots, schema or examples
    │   └── CacheFolderError       the cache folder cannot be used safely
    ├── LetterError                one letter cannot be read; the run goes on with the others
    │   ├── LetterMissingError     no such file
    │   ├── LetterUnreadableError  the file cannot be opened, or is no text
    │   ├── LetterEmptyError       nothing but white space
    │   ├── LetterTooLargeError    over the size, page, time or memory cap
    │   ├── NotALetterError        text, but no Independent Medical Review letter
    │   ├── PdfEncryptedError      the PDF asks for a password
    │   ├── PdfWithoutTextError    pages without a text layer (a scan)
    │   ├── PdfDamagedError        no PDF reader can open it
    │   └── WorkerDiedError        the process that read it crashed, twice
    ├── EndpointError              the model's endpoint did not give an answer
    │   ├── FatalEndpointError     no later request can succeed: key, model name, quota, unknown host (stops the run)
    │   │   └── LimitReachedError  the money limit leaves no room for the next request; what it was for is left unread
    │   ├── ThrottledError         429: slow down; carries `retry_after`
    │   ├── TransientEndpointError time-out, connection lost, 5xx: may succeed when tried again
    │   └── RequestRejectedError   this one request was rejected (400, 413, 422); the next letter may pass
    └── AnswerError                an answer came and is not usable; carries the answer and its usage
        ├── RefusedAnswerError     the model declined
        ├── TruncatedAnswerError   cut off at the token limit
        ├── EmptyAnswerError       no content at all
        └── InvalidAnswerError     does not fit the response schema, also after the re-ask

Every class has a `code`: the word that stands in a record's `issues`. Messages are for people: they say what is wrong and what
to do. They never hold a letter's text, which is confidential, nor a key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from llm_extract.engine import Usage


class LlmExtractError(Exception):
    """The root: catch this to catch everything that this package raises on purpose."""

    code: ClassVar[str] = "error"


def codes_of(error: type[LlmExtractError]) -> frozenset[str]:
    """The codes of an error and of all below it in the tree."""
    return frozenset({error.code}).union(*map(codes_of, error.__subclasses__()))


# --- wrong use or settings -------------------------------------------------------------------------------------------


class SettingsError(LlmExtractError):
    """Wrong use or settings; nothing was read and nothing was spent."""

    code = "settings"


class MissingExtraError(SettingsError):
    """An optional part is not installed; the message names the extra."""

    code = "missing_extra"


class WeightsError(SettingsError):
    """The embedded model's weights are absent or their hash is wrong."""

    code = "weights"


class LocalServerError(SettingsError):
    """The embedded model's server does not start, or has ended; the message holds the end of its log."""

    code = "local_server"


class PromptError(SettingsError):
    """A prompt file does not fit its slots, its schema or its own worked examples."""

    code = "prompt"


class CacheFolderError(SettingsError):
    """The cache folder is not ours, not private or not writable."""

    code = "cache_folder"


# --- one letter ------------------------------------------------------------------------------------------------------


class LetterError(LlmExtractError):
    """One letter cannot be read. It becomes a `failed` record; the run goes on."""

    code = "letter"


class LetterMissingError(LetterError):
    """There is no such file."""

    code = "missing_file"


class LetterUnreadableError(LetterError):
    """The file cannot be opened, or its bytes are no text in any supported encoding."""

    code = "unreadable_file"


class LetterEmptyError(LetterError):
    """The file holds nothing but white space."""

    code = "empty_file"


class LetterTooLargeError(LetterError):
    """Over the size, page, time or memory cap."""

    code = "too_large"


class NotALetterError(LetterError):
    """Readable text, but nothing in it marks an Independent Medical Review letter."""

    code = "not_a_letter"


class PdfEncryptedError(LetterError):
    """The PDF asks for a password."""

    code = "pdf_encrypted"


class PdfWithoutTextError(LetterError):
    """The PDF's pages carry no text layer."""

    code = "pdf_without_text"


class PdfDamagedError(LetterError):
    """The PDF cannot be opened or parsed."""

    code = "pdf_damaged"


class WorkerDiedError(LetterError):
    """The process that read the letter crashed, and so did the next one, which had no other letter."""

    code = "worker_died"


# --- the endpoint ----------------------------------------------------------------------------------------------------


class EndpointError(LlmExtractError):
    """The endpoint gave no answer. `status` is the HTTP status where there was one."""

    code = "endpoint"

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class FatalEndpointError(EndpointError):
    """No later request can succeed either: wrong key, unknown model, no quota left, nobody listening."""

    code = "endpoint_fatal"


class LimitReachedError(FatalEndpointError):
    """The money limit leaves no room for the next request. The letter is left as it is, neither read nor failed."""

    code = "limit_reached"


class ThrottledError(EndpointError):
    """HTTP 429. `retry_after` is in seconds, None where the endpoint did not say."""

    code = "endpoint_throttled"

    def __init__(self, message: str, *, status: int | None = 429, retry_after: float | None = None) -> None:
        super().__init__(message, status=status)
        self.retry_after = retry_after


class TransientEndpointError(EndpointError):
    """Time-out, lost connection or 5xx. `retry_after` as for a 429: 503 may carry one too."""

    code = "endpoint_transient"

    def __init__(self, message: str, *, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(message, status=status)
        self.retry_after = retry_after


class RequestRejectedError(EndpointError):
    """This request was rejected as malformed or too long; other letters may pass."""

    code = "request_rejected"


# --- the answer ------------------------------------------------------------------------------------------------------


class AnswerError(LlmExtractError):
    """An answer came but cannot be used. `raw` is its text (confidential: never log it), `usage` what it cost."""

    code = "answer"

    def __init__(self, message: str, *, raw: str = "", usage: Usage | None = None) -> None:
        super().__init__(message)
        self.raw = raw
        self.usage = usage


class RefusedAnswerError(AnswerError):
    """The model declined to answer."""

    code = "answer_refused"


class TruncatedAnswerError(AnswerError):
    """The answer was cut off at the token limit (`finish_reason` "length")."""

    code = "answer_truncated"


class EmptyAnswerError(AnswerError):
    """The answer has no content."""

    code = "answer_empty"


class InvalidAnswerError(AnswerError):
    """The answer does not fit the response schema, also after the one re-ask."""

    code = "answer_invalid"
