"""What is learned about automatic mail: whole mails, their words beside the rules' signs."""

from __future__ import annotations

import base64
import json
import math
import random
import re
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.policy import default
from typing import Any

import attrs
import numpy as np
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.linear_model import LogisticRegression

from _judgement_texts import DATA, FOLDS, SEED, training
from salesagent_core.domain.replies.auto_reply import holds_a_quote, signs_of
from salesagent_core.domain.replies.auto_reply_features import features_of
from salesagent_core.domain.replies.own_text import own_text

TAKEN_FOR_PROGRAMS = 0.03
"""The share of the people's mail of the training set, headers left off, that may be taken for a
program's. Half of that mail was written to be mistaken; of ordinary mail it is far less."""
REPLIES_COUNT = 0.15
"""What a reply without a subject counts beside a mail that was written to be learned from."""
WITHOUT_SUBJECT = 0.5
"""What each mail counts once more without its subject: the words must be enough."""
SIGNS_COUNT = 0.15
AUTOMATIC_BITS = 17
LATER = re.compile(r"_r[34]/|/fourth")
"""Replies that came when this model was made; it was not tried with them."""


@attrs.frozen(kw_only=True)
class Letter:
    """A mail without its headers. ``tried``: its figures say how good the model is."""

    subject: str
    body: str
    automatic: bool
    group: str
    counts: float = 1.0
    tried: bool = True


def automatic_mail() -> list[Letter]:
    """Subject and words of mail that programs and people wrote."""
    found = []
    for one in training("automatic"):
        subject, _, body = one.text.partition("\n")
        found.append(
            Letter(subject=subject, body=body, automatic=one.label == "auto", group=one.group)
        )
    away = ("out_of_office", "bounce")
    found += [
        Letter(
            subject="",
            body=one.text,
            automatic=one.label in away,
            group=one.group,
            counts=REPLIES_COUNT,
            tried=False,
        )
        for one in training("replies_opt_out", "replies_near")
        if one.label not in ("bounce", "unclear") and not LATER.search(one.group)
    ]
    return found + list(whole_mails())


def whole_mails() -> Iterator[Letter]:
    """The mails of the labelled set of messages, their headers left off."""
    for line in (DATA / "messages.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        if case["kind"] not in ("auto_reply", "human"):
            continue
        mail = message_from_bytes(base64.b64decode(case["raw"]), policy=default)
        body = mail.get_body(("plain", "html"))
        if body is not None:
            yield Letter(
                subject=str(mail["subject"] or ""),
                body=body.get_content(),
                automatic=case["kind"] == "auto_reply",
                group=case["id"],
                tried=False,
            )


def letter_rows(letters: Sequence[Letter], *, subject: bool) -> csr_matrix:
    """The features of each mail of length 1, and behind them its signs."""
    starts, places, values, signs = [0], [], [], []
    for one in letters:
        title = one.subject if subject else ""
        words = own_text(one.body) or one.body
        found = features_of(title, words)
        counts = np.fromiter(found.values(), dtype=np.float64, count=len(found))
        places.append(
            np.fromiter(found, dtype=np.uint32, count=len(found))
            & np.uint32((1 << AUTOMATIC_BITS) - 1)
        )
        values.append(counts / (math.sqrt(float(counts @ counts)) or 1.0))
        starts.append(starts[-1] + len(found))
        quoted = holds_a_quote(one.body, words)
        signs.append([float(holds) for holds in signs_of(title, words, quoted=quoted).values()])
    table = csr_matrix(
        (np.concatenate(values), np.concatenate(places).astype(np.int32), starts),
        shape=(len(letters), 1 << AUTOMATIC_BITS),
    )
    return hstack([table, csr_matrix(np.array(signs) * SIGNS_COUNT)]).tocsr()


def automatic(letters: Sequence[Letter]) -> tuple[Any, dict[str, float]]:
    """The model of whole mails, and how it is joined with the signs; prints the figures."""
    groups = sorted({one.group for one in letters})
    random.Random(SEED).shuffle(groups)
    fold = {group: number % FOLDS for number, group in enumerate(groups)}
    part = np.array([fold[one.group] for one in letters])
    truth = np.array([one.automatic for one in letters])
    counts = np.array([one.counts for one in letters])
    tried = np.array([one.tried for one in letters])
    named, bare = letter_rows(letters, subject=True), letter_rows(letters, subject=False)

    def learned_from(chosen: np.ndarray) -> Any:
        model = LogisticRegression(C=10, solver="liblinear", random_state=SEED)
        weights = np.concatenate([counts[chosen], counts[chosen] * WITHOUT_SUBJECT])
        rows = vstack([named[chosen], bare[chosen]])
        return model.fit(rows, np.tile(truth[chosen], 2), sample_weight=weights)

    scores = np.zeros(len(letters))
    for number in range(FOLDS):
        held = part == number
        scores[held] = learned_from(~held).decision_function(named[held])
    people = np.sort(scores[tried & ~truth])[::-1]
    programs = scores[tried & truth]
    for share in (0.005, 0.01, 0.02, 0.05):
        bar = float(people[int(share * len(people))])
        found = (programs > bar).mean()
        print(f"automatic: {found:.3f} of {len(programs)} found at {share}, from {bar:.2f}")
    bar = float(people[int(TAKEN_FOR_PROGRAMS * len(people))])
    model = learned_from(np.ones(len(letters), dtype=bool))
    names = list(signs_of("", "", quoted=False))
    join = dict(zip(names, model.coef_[0, 1 << AUTOMATIC_BITS :] * SIGNS_COUNT, strict=True))
    model.coef_ = model.coef_[:, : 1 << AUTOMATIC_BITS]
    return model, {name: round(float(value), 4) for name, value in {**join, "bias": -bar}.items()}
