"""What we believe about acceptance: a Bayesian logistic regression that learns one answer at a time.

logit = shared part + parts of the action's attributes + the action's own part. The action's own part over the
numeric columns and its intercept has a full covariance (up to 128 columns); everything else is hashed and diagonal.
A new action starts from the shared parts. Scoring k actions over d numeric columns takes k·d² multiplications,
learning an answer d²; memory is 4·d² bytes an action.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from rapport.core.errors import InvalidInput
from rapport.customize.encoding import ACTION, MAIN, Encoded, Lineup, feature_key
from rapport.customize.kernels import regression

Floats = npt.NDArray[np.float64]

BITS = 18
"""The hashed table has 2^18 cells."""
FULL_MAX = 128
"""Up to so many numeric columns an action's weights have a full covariance; beyond, a diagonal one."""
PRIOR_LOGIT = 0.0
"""Before anything was learnt a chance is even: untried offers get tried. Pessimism locks in whatever won first."""
LOGIT_VARIANCE = 12.0
"""Prior variance of a typical customer's logit through the numeric columns, however many there are."""
COLUMN_VARIANCE_MAX = 1.5
"""With few columns none of them is expected to matter more than this."""
SHARED = 0.02
"""The share of it that all actions have in common."""
_INTERCEPT = 0.5
_INTERCEPT_VARIANCE = 1.0
FORMAT = 2
"""Raised when stored cells would be misread: 2, since texts and flags share their variance, so that inputs shrank."""
_STRANGER = np.uint64(feature_key("another offer of the same name"))


class _Body(msgspec.Struct, array_like=True):
    """A posterior as it is stored; what is still at its prior is left out."""

    format: int
    bits: int
    columns: tuple[str, ...]
    scale: bytes
    cells: bytes
    values: bytes
    actions: dict[str, bytes]


class Prepared(NamedTuple):
    """Inputs as the kernels read them: the standardised columns ``z`` and all hashed inputs (``labels`` come first)."""

    z: Floats
    keys: npt.NDArray[np.uint64]
    x: Floats
    labels: list[str]


@dataclass(slots=True)
class Posterior:
    """The state of the regression; ``actions`` and ``columns`` say what the rows of its arrays are."""

    columns: tuple[str, ...]
    actions: tuple[str, ...]
    table: npt.NDArray[np.float32]
    means: Floats
    covariances: Floats
    scale: Floats
    prior: Floats
    dense_keys: npt.NDArray[np.uint64]
    dense_strengths: Floats

    @classmethod
    def new(cls, columns: Sequence[str], actions: Sequence[str], bits: int = BITS) -> Posterior:
        """The prior over these numeric columns and actions."""
        count, size = len(columns), len(actions)
        full = count <= FULL_MAX
        variance = min(COLUMN_VARIANCE_MAX, LOGIT_VARIANCE / max(count, 1))
        prior = np.array([(1.0 - SHARED) * variance] * count * full + [_INTERCEPT_VARIANCE])
        part, deviation = (SHARED, MAIN) if full else (1.0 - SHARED, ACTION)
        strength = math.sqrt(part * variance) / deviation
        table = np.zeros((1 << bits, 2), dtype=np.float32)
        table[:, 1] = 1.0
        return cls(
            columns=tuple(columns),
            actions=tuple(actions),
            table=table,
            means=np.zeros((size, prior.size)),
            covariances=np.tile(_packed(prior), (size, 1)),
            scale=np.zeros((3, count)),
            prior=prior,
            dense_keys=np.array([feature_key(name) for name in (*columns, "intercept")], dtype=np.uint64),
            dense_strengths=np.array([strength] * count + [_INTERCEPT]),
        )

    def prepare(self, encoded: Encoded) -> Prepared:
        """The inputs on today's scale of the numeric columns."""
        z, keys, x = regression().prepare(
            encoded.raw, self.scale, encoded.keys, encoded.strengths, self.dense_keys, self.dense_strengths
        )
        return Prepared(z, keys, x, encoded.labels)

    def score(self, prepared: Prepared, lineup: Lineup, noise: float = 1.0) -> Floats:
        """Mean (row 0) and ``noise`` times the standard deviation (row 1) of each candidate's logit."""
        moments: Floats = regression().score(
            self.table, self.means, self.covariances, prepared.z, prepared.keys, prepared.x, lineup.rows,
            lineup.action_keys, lineup.group_keys, lineup.group_deviations, lineup.starts, lineup.members,
            lineup.factors, PRIOR_LOGIT, noise,
        )  # fmt: skip
        return moments

    def learn(self, encoded: Encoded, alone: Lineup, accepted: bool, memory: float = 1.0, offset: float = 0.0) -> None:
        """Learns one answer to the one action of ``alone``, in place; numeric columns are observed for their scale.

        ``offset`` is what was known of its logit beside the model.

        ``memory`` below 1 forgets: before each answer the variances of the parts it touches move by that share
        towards the prior's, so that the model follows drift.
        """
        self.observe(encoded)
        prepared = self.prepare(encoded)
        regression().learn(
            self.table, self.means, self.covariances, self.prior, prepared.z, prepared.keys, prepared.x, alone.rows,
            alone.action_keys, alone.group_keys, alone.own_deviations, PRIOR_LOGIT + offset, 1.0 if accepted else 0.0,
            memory,
        )  # fmt: skip

    def learn_stranger(
        self, encoded: Encoded, alone: Lineup, accepted: bool, memory: float = 1.0, offset: float = 0.0
    ) -> None:
        """``learn`` for an offer that was another one under the action's name: only what offers share is kept of it."""
        row = int(alone.rows[0])
        mean, covariance = self.means[row].copy(), self.covariances[row].copy()
        self.learn(encoded, alone._replace(action_keys=alone.action_keys ^ _STRANGER), accepted, memory, offset)
        self.means[row], self.covariances[row] = mean, covariance

    def reasons(self, prepared: Prepared, alone: Lineup, limit: int, least: float) -> dict[str, float]:
        """The inputs that add most to the mean logit of one action, or take most from it, strongest first.

        By column, in logits against the average customer; context entries begin with ``@``; what adds less than
        ``least`` is left out.
        """
        places, parts = regression().strongest(
            self.table, self.means, prepared.z, prepared.keys, prepared.x, alone.rows, alone.action_keys,
            alone.group_keys, alone.own_deviations, limit, least,
        )  # fmt: skip
        labels, count = prepared.labels, len(prepared.labels)
        names = [labels[n] if n < count else self.columns[n - count] for n in places.tolist()]
        return dict(zip(names, parts.tolist(), strict=True))

    def observe(self, encoded: Encoded) -> None:
        """Adds one customer's numeric columns to the running scale, without an answer."""
        regression().observe(encoded.raw, self.scale)

    def to_bytes(self) -> bytes:
        """The state, compressed; cells and actions still at their prior take no room."""
        touched = np.flatnonzero((self.table[:, 0] != 0.0) | (self.table[:, 1] != 1.0))
        untouched = _packed(self.prior)
        actions = {
            name: np.concatenate([self.means[row], self.covariances[row]]).tobytes()
            for row, name in enumerate(self.actions)
            if not np.array_equal(self.covariances[row], untouched)
        }
        body = _Body(
            FORMAT, self.table.shape[0].bit_length() - 1, self.columns, self.scale.tobytes(),
            touched.astype(np.uint32).tobytes(), self.table[touched].tobytes(), actions,
        )  # fmt: skip
        return zlib.compress(msgspec.msgpack.encode(body), 1)

    @classmethod
    def from_bytes(cls, stored: bytes, columns: Sequence[str], actions: Sequence[str]) -> Posterior:
        """The stored state for today's columns and actions: what is new starts at its prior, what is gone sleeps.

        Actions that are no longer defined keep their knowledge behind the current ones. Raises ``InvalidInput``
        for bytes of another format.
        """
        body = msgspec.msgpack.decode(zlib.decompress(stored), type=_Body)
        if body.format != FORMAT:
            hint = f"this version reads format {FORMAT}: choose one that was stored since"
            raise InvalidInput(f"model format {body.format}", where="model", hint=hint)
        gone = [name for name in body.actions if name not in set(actions)]
        fresh = cls.new(columns, [*actions, *gone], body.bits)
        cells = np.frombuffer(body.cells, dtype=np.uint32)
        fresh.table[cells] = np.frombuffer(body.values, dtype=np.float32).reshape(-1, 2)
        fresh._restore(body)
        return fresh

    def _restore(self, body: _Body) -> None:
        """Copies scale and blocks, column by column, since the columns may have changed."""
        places = {name: place for place, name in enumerate(self.columns)}
        common = [place for place, name in enumerate(body.columns) if name in places]
        kept = [places[body.columns[place]] for place in common]
        self.scale[:, kept] = np.frombuffer(body.scale).reshape(3, -1)[:, common]
        width = len(body.columns) + 1 if len(body.columns) <= FULL_MAX else 1
        if width == 1 or self.prior.size == 1:
            common, kept = [], []
        old, new = [*common, width - 1], [*kept, self.prior.size - 1]
        source, target = _packed_places(width, old), _packed_places(self.prior.size, new)
        for name, block in body.actions.items():
            numbers = np.frombuffer(block)
            row = self.actions.index(name)
            self.means[row, new] = numbers[old]
            self.covariances[row, target] = numbers[width:][source]


def _packed(diagonal: Floats) -> Floats:
    """A diagonal matrix as its upper triangle, row by row."""
    packed: Floats = np.diag(diagonal)[np.triu_indices(diagonal.size)]
    return packed


def _packed_places(width: int, kept: list[int]) -> npt.NDArray[np.int64]:
    """Where the entries between the kept columns lie in the packed upper triangle of a wider matrix."""
    place = np.zeros((width, width), dtype=np.int64)
    upper = np.triu_indices(width)
    place[upper] = np.arange(upper[0].size)
    place = np.maximum(place, place.T)
    first, second = np.triu_indices(len(kept))
    chosen = np.array(kept)
    places: npt.NDArray[np.int64] = place[chosen[first], chosen[second]]
    return places
