"""One linkage from prepared records to a judgement: block, compare, learn, score, judge. Knows no workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from rapport.core.linkage import Pair
from rapport.identify.link import Field, LinkModel
from rapport.identify.link.judge import KEEP_BITS, Apart, Judgement, judge
from rapport.identify.link.prepare import columns, spell
from rapport.identify.link.settings import choose_blocks, plan
from rapport.identify.link.train import LEAST_HOLDERS, fit, with_frequencies
from rapport.ports.warehouse import Linking, Progress
from rapport.workspace.definitions import Linking as Thresholds

Columns = dict[str, list[str | None]]


class Linkage(msgspec.Struct, frozen=True, kw_only=True):
    """What a linkage found."""

    model: LinkModel
    trained: bool
    """Whether the model was learnt now; False where an earlier one still served."""
    compared: int
    """So many pairs shared a block."""
    pairs: list[Pair]
    """The scored pairs that are not hopeless."""
    judgement: Judgement


def prepare_columns(fields: Sequence[Field], values: Mapping[str, Sequence[Any]]) -> Columns:
    """Columns as comparisons read them, from columns as a source has them; each distinct value is spelt once."""
    prepared: Columns = {}
    for field in fields:
        names = columns(field)
        known: dict[Any, tuple[str | None, ...]] = {}
        spelt = []
        for value in values[field.column]:
            parts = known.get(value)
            if parts is None:
                parts = known[value] = spell(field.kind, value)
            spelt.append(parts)
        prepared.update((name, [parts[place] for parts in spelt]) for place, name in enumerate(names))
    return prepared


def link_records(
    linking: Linking,
    fields: Sequence[Field],
    records: int,
    *,
    thresholds: Thresholds,
    apart: Apart | None = None,
    model: LinkModel | None = None,
    progress: Progress,
) -> Linkage:
    """Links the records of a run; ``model`` is taken as it is instead of learning one."""
    progress("choosing what to compare", 0.0)
    planned = plan(fields)
    planned = choose_blocks(planned, linking.count_pairs(planned.blocks), records)
    progress("comparing", 0.1)
    blocked = linking.compare(planned.blocks, planned.comparisons)
    trained = model is None
    if model is None:
        progress("learning what agreement means", 0.5)
        sampled = linking.sample(planned.comparisons, planned.keys)
        model = fit(planned, blocked, sampled)
        adjusted = {field.name: linking.holders(field.name, LEAST_HOLDERS) for field in fields}
        model = with_frequencies(model, adjusted, sampled.pairs)
    progress("scoring", 0.7)
    pairs = linking.score(model.settings, model.frequencies, model.rare, KEEP_BITS)
    progress("judging", 0.9)
    judgement = judge(fields, pairs, accept=thresholds.accept, review=thresholds.review, apart=apart)
    return Linkage(model=model, trained=trained, compared=sum(blocked.counts), pairs=pairs, judgement=judgement)
