"""Answers from outside, judged before anything is done with them."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from salesagent_core.errors import Unavailable, UnusableOutput

MAX_ANSWER_BYTES = 8 * 1024 * 1024
"""An answer that is longer is none: the largest, a batch of vectors, has about 3 MB."""

AnyModel = TypeVar("AnyModel", bound=BaseModel)


class _Lenient(BaseModel):
    """An envelope: what we do not know in it is the service's business."""

    model_config = ConfigDict(extra="ignore")


class Usage(_Lenient):
    """Tokens as the service counted them; the transcription models name them otherwise."""

    prompt_tokens: int = Field(default=0, ge=0)
    completion_tokens: int = Field(default=0, ge=0)
    input_tokens: int = Field(default=0, ge=0)
    output_tokens: int = Field(default=0, ge=0)

    @property
    def read(self) -> int:
        """Tokens of what was asked."""
        return self.prompt_tokens or self.input_tokens

    @property
    def written(self) -> int:
        """Tokens of the answer."""
        return self.completion_tokens or self.output_tokens


class _Message(_Lenient):
    content: str | None = None
    refusal: str | None = None


class _Choice(_Lenient):
    finish_reason: str | None = None
    message: _Message = _Message()


class ChatAnswer(_Lenient):
    """A chat completion."""

    model: str | None = None
    choices: list[_Choice] = []
    usage: Usage | None = None


class _Embedding(_Lenient):
    index: int
    embedding: list[float]


class EmbeddingAnswer(_Lenient):
    """Vectors, each with the number of its text."""

    data: list[_Embedding]
    usage: Usage | None = None


class TranscriptionAnswer(_Lenient):
    """What was heard."""

    text: str
    usage: Usage | None = None


def read_envelope(content: bytes, kind: type[AnyModel]) -> AnyModel:
    """The service's answer.

    Raises:
        Unavailable: it is not JSON of that shape: half of it is missing, or a proxy answered.
    """
    if len(content) > MAX_ANSWER_BYTES:
        raise Unavailable("the model service answered with more than any answer has")
    try:
        return kind.model_validate_json(content)
    except ValidationError:
        failure = Unavailable(
            "the model service answered with something that is no whole answer of its API:"
            " a cut connection, a proxy, or a wrong OPENAI_BASE_URL"
        )
    raise failure


def content_of(answer: ChatAnswer) -> str:
    """The text of the one choice.

    Raises:
        UnusableOutput: there is none, it was refused, or cut off.
    """
    if not answer.choices:
        raise UnusableOutput("the model gave no answer")
    choice = answer.choices[0]
    if choice.message.refusal:
        # Its words may repeat what it was given.
        raise UnusableOutput("the model refused to write this")
    if choice.finish_reason == "length":
        raise UnusableOutput("the model's answer was cut off at its length limit")
    if choice.finish_reason == "content_filter":
        raise UnusableOutput("the model service's content filter stopped the answer")
    if not choice.message.content:
        raise UnusableOutput("the model gave an empty answer")
    return choice.message.content


class Contract(BaseModel):
    """Base of what a model was told to answer: nothing more, nothing less, nothing converted."""

    model_config = ConfigDict(extra="forbid", strict=True)


def read_contract(content: str, kind: type[AnyModel]) -> AnyModel:
    """The model's own answer.

    Raises:
        UnusableOutput: it is not what it was told to answer. The message names places only.
    """
    try:
        return kind.model_validate_json(content)
    except ValidationError as error:
        places = {
            ".".join("[]" if isinstance(part, int) else str(part)[:40] for part in problem["loc"])
            for problem in error.errors(
                include_input=False, include_url=False, include_context=False
            )
            if problem["type"] != "extra_forbidden"
        }
        named = ", ".join(sorted(place for place in places if place)[:5])
    raise UnusableOutput("the model's answer breaks its schema" + (f" at {named}" if named else ""))
