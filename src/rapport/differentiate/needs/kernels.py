# ruff: noqa: PLR0917 - a kernel takes its arrays one by one.
"""Evidence into posteriors, customer by customer: loops that numba compiles.

Everything a customer's numbers depend on is summed over that customer's own rows in the order of the frame, so that one
customer alone has the very bits that he has among a million.
"""

from __future__ import annotations

import math

import numba
import numpy as np

_compile = numba.njit(cache=True, error_model="numpy")
_LOG_BAYES_MAX = 600.0
_LEAST = 1e-9


@_compile
def bounds(customer, size):  # type: ignore[no-untyped-def]
    """First row of each customer, and one past the last: N + 1 places in rows ascending by customer."""
    starts = np.zeros(size + 1, np.int64)
    for row in range(customer.size):
        starts[customer[row] + 1] += 1
    for place in range(size):
        starts[place + 1] += starts[place]
    return starts


@_compile
def widest(starts, bought, fan):  # type: ignore[no-untyped-def]
    """The most items that one customer can have."""
    most = 0
    for place in range(starts.size - 1):
        rows = starts[place + 1] - starts[place]
        most = max(most, rows * (1 + fan) + bought[place + 1] - bought[place])
    return most


@_compile
def oldest_of(day, today):  # type: ignore[no-untyped-def]
    """The age of the oldest row, in days."""
    oldest = 0
    for row in range(day.size):
        oldest = max(oldest, today - day[row])
    return oldest


@_compile
def items(  # type: ignore[no-untyped-def]
    lo, hi, plo, phi, today, reading, text, day, count, bought_on, orders, cells, facet_of, weight, rate, alike,
    gap_facet, gap_first, gap_rate, gap_most, ladder_start, ladder_cell, ladder_share, why, inferred,
    on_day, facet_at, cell_at, day_at, plain, faded, row_at,
):  # fmt: skip
    """One customer's evidence, an item a row: facet, cell, day, weight before and after fading, and the row.

    Of m values read on one day each counts 1 / (1 + (m - 1) alike): the design effect of a cluster (Kish, Survey
    Sampling, 1965, eq. 5.4.1). An inferred reason fades but is no witness of change: its weight before fading is 0.
    """
    n = 0
    row = lo
    while row < hi:
        end = row
        while end < hi and reading[end] == reading[row]:
            on_day[today - day[end]] += count[end]
            end += 1
        facet = facet_of[reading[row]]
        if facet >= 0:
            for one in range(row, end):
                cell = cells[reading[one], text[one]]
                age = today - day[one]
                full = weight[reading[one]] * count[one] / (1.0 + (on_day[age] - 1) * alike[facet])
                left = full * 2.0 ** (-age * rate[reading[one]])
                if left <= 0.0:
                    continue
                facet_at[n], cell_at[n], day_at[n], row_at[n] = facet, cell, day[one], one
                plain[n], faded[n] = full, left
                n += 1
                for step in range(ladder_start[cell], ladder_start[cell + 1]):
                    facet_at[n], cell_at[n], day_at[n], row_at[n] = why, ladder_cell[step], day[one], one
                    plain[n], faded[n] = 0.0, left * inferred * ladder_share[step]
                    n += 1
        for one in range(row, end):
            on_day[today - day[one]] = 0
        row = end
    return _gaps(n, plo, phi, today, bought_on, orders, gap_facet, gap_first, gap_rate, gap_most, facet_at, cell_at,
                 day_at, plain, faded, row_at)  # fmt: skip


@_compile
def _gaps(  # type: ignore[no-untyped-def]
    n, plo, phi, today, bought_on, orders, gap_facet, gap_first, gap_rate, gap_most, facet_at, cell_at, day_at, plain,
    faded, row_at,
):  # fmt: skip
    """The times between purchases as further items; the items there are now, and the day of the last purchase or -1."""
    last = -1
    for one in range(plo, phi):
        if orders[one] > 0 and bought_on[one] <= today:
            if last >= 0:
                facet_at[n], day_at[n], row_at[n] = gap_facet, bought_on[one], -1
                cell_at[n] = gap_first + _band(bought_on[one] - last, gap_most)
                plain[n], faded[n] = 1.0, 2.0 ** (-(today - bought_on[one]) * gap_rate)
                n += 1
            last = bought_on[one]
    return n, last


@_compile
def _band(days, most):  # type: ignore[no-untyped-def]
    place = 0
    while place < most.size and days > most[place]:
        place += 1
    return place


@_compile
def waiting(open_days, gap_most, first, cells, held, total, strength, prior, out):  # type: ignore[no-untyped-def]
    """What the time since the last purchase says of how often: adds to ``held``, returns the weight added.

    The gap that is not over is at least so long. It counts as the part of one event that is not missing, 1 - P(at
    least so long), spread over the bands still possible (the missing-information principle: Dempster, Laird & Rubin,
    1977, sec. 3).
    """
    start = _band(open_days, gap_most)
    possible = 0.0
    for band in range(cells):
        out[band] = (held[first + band] + strength * prior[first + band]) / (total + strength)
        if band >= start:
            possible += out[band]
    possible = max(possible, _LEAST)
    added = max(0.0, 1.0 - possible)
    for band in range(start, cells):
        held[first + band] += added * out[band] / possible
    return added


@_compile
def score(  # type: ignore[no-untyped-def]
    customer, bought_by, told_apart, segment, today, reading, text, day, count, bought_on, orders,
    cells, facet_of, weight, rate, alike, gap_facet, gap_first, gap_bands, gap_rate, gap_most,
    ladder_start, ladder_cell, ladder_share, why, fan, first, cell_facet, named, share, plenty, best_share, strength,
    slots, opens, levels, recent_days,
):  # fmt: skip
    """Each customer's codes of texts N×A, the numbers known, changed and predictable N×3 and, by facet, the log Bayes
    factor of change and the day from which it changed N×F (-1: could not be asked)."""
    size, facets = told_apart.size, strength.size
    starts, bought = bounds(customer, size), bounds(bought_by, size)
    most = max(1, widest(starts, bought, fan))
    on_day = np.zeros(oldest_of(day, today) + 1, np.int64)
    facet_at, cell_at, day_at = np.empty(most, np.int32), np.empty(most, np.int32), np.empty(most, np.int32)
    row_at, plain, faded = np.empty(most, np.int64), np.empty(most), np.empty(most)
    held, before, after = np.zeros(cell_facet.size), np.zeros(cell_facet.size), np.zeros(cell_facet.size)
    touched = np.empty(cell_facet.size, np.int32)
    spread = np.empty(gap_bands)
    evidence, top = np.zeros(facets), np.zeros(facets, np.int32)
    top_share, entropy = np.zeros(facets), np.zeros(facets)
    codes, numbers = np.zeros((size, opens.size), np.int64), np.full((size, 3), np.nan)
    bayes, since = np.full((size, facets), -np.inf), np.full((size, facets), -1, np.int32)
    codes[:] = opens
    for who in range(size):
        if not told_apart[who]:
            continue
        n, last = items(
            starts[who], starts[who + 1], bought[who], bought[who + 1], today, reading, text, day, count, bought_on,
            orders, cells, facet_of, weight, rate, alike, gap_facet, gap_first, gap_rate, gap_most, ladder_start,
            ladder_cell, ladder_share, why, levels[4], on_day, facet_at, cell_at, day_at, plain, faded, row_at,
        )  # fmt: skip
        prior = share[segment[who]]
        evidence[:] = 0.0
        _posterior(
            n, last, today, facet_at, cell_at, faded, held, touched, cell_facet, named, prior, plenty[segment[who]],
            best_share[segment[who]], strength, gap_facet, gap_first, gap_bands, gap_most, spread, evidence, top,
            top_share, entropy,
        )  # fmt: skip
        change(n, today - recent_days, facet_at, cell_at, day_at, plain, before, after, prior, strength,
               bayes[who], since[who])  # fmt: skip
        _told(evidence, top, top_share, entropy, bayes[who], strength, first, slots, levels, codes[who], numbers[who])
    return codes, numbers, bayes, since


@_compile
def _told(  # type: ignore[no-untyped-def]
    evidence, top, top_share, entropy, bayes, strength, first, slots, levels, codes, numbers
):  # fmt: skip
    """The facets as columns; the last facet is what matters most, of which no need is told.

    ``slots`` holds for each facet its attribute and the step of its value in the attribute's table of texts.
    """
    facets = strength.size
    attributes = codes.size - 1
    known, predictable, asked, changes = 0.0, 0.0, 0, 0
    highest = -np.inf
    for facet in range(facets - 1):
        attribute = slots[0, facet]
        beside = 1
        for other in range(facets - 1):
            beside += other != facet and slots[0, other] == attribute
        known += evidence[facet] / (evidence[facet] + strength[facet]) / beside
        if evidence[facet] >= levels[0]:
            codes[attribute] += slots[1, facet] * (1 + top[facet] - first[facet])
            values = first[facet + 1] - first[facet]
            if values > 2:
                predictable += 1.0 - entropy[facet] / math.log(values)
                asked += 1
    for facet in range(facets):
        changes += bayes[facet] > -np.inf
        highest = max(highest, bayes[facet])
    last = facets - 1
    if evidence[last] >= levels[2] and top_share[last] >= levels[3]:
        codes[attributes] += 1 + top[last] - first[last]
    numbers[0] = known / attributes
    if changes:
        numbers[1] = 1.0 if highest >= math.log(changes / levels[1]) else 0.0
    if asked:
        numbers[2] = predictable / asked


@_compile
def _posterior(  # type: ignore[no-untyped-def]
    n, last, today, facet_at, cell_at, faded, held, touched, cell_facet, named, prior, plenty, best_share, strength,
    gap_facet, gap_first, gap_bands, gap_most, spread, evidence, top, top_share, entropy,
):  # fmt: skip
    """The Dirichlet posterior mean (c + s m) / (n + s), its top and entropy, from the cells the customer touched.

    What was not touched is the prior's, scaled: its part of the entropy follows from the prior's own (``plenty``). In
    the last facet, what matters most, values rank by their share beside the segment's.
    """
    lifted = strength.size - 1
    fresh = 0
    for one in range(n):
        if held[cell_at[one]] == 0.0:
            touched[fresh] = cell_at[one]
            fresh += 1
        held[cell_at[one]] += faded[one]
        evidence[facet_at[one]] += faded[one]
    if last >= 0:
        for band in range(gap_bands):
            if held[gap_first + band] == 0.0:
                touched[fresh] = gap_first + band
                fresh += 1
        evidence[gap_facet] += waiting(
            today - last, gap_most, gap_first, gap_bands, held, evidence[gap_facet], strength[gap_facet], prior, spread
        )
    for facet in range(strength.size):
        left = strength[facet] / (evidence[facet] + strength[facet])
        entropy[facet] = -left * (plenty[facet] + math.log(left))
        top[facet] = best_share[facet]
        top_share[facet] = 1.0 if facet == lifted else left * prior[best_share[facet]]
    for place in range(fresh):
        cell = touched[place]
        facet = cell_facet[cell]
        whole = evidence[facet] + strength[facet]
        apriori = strength[facet] * prior[cell] / whole
        share = held[cell] / whole + apriori
        held[cell] = 0.0
        entropy[facet] -= share * math.log(share) - apriori * math.log(apriori)
        level = share / prior[cell] if facet == lifted else share
        better = level > top_share[facet] or (level == top_share[facet] and cell < top[facet])
        if named[cell] and (better or top[facet] == cell):
            top[facet], top_share[facet] = cell, level


@_compile
def change(  # type: ignore[no-untyped-def]
    n, border, facet_at, cell_at, day_at, plain, before, after, prior, strength, bayes, since
):  # fmt: skip
    """Log Bayes factor of "the habit shifted on one of the recent days" against "it did not", by facet.

    Dirichlet-multinomial marginals p(before) p(after) / p(all), averaged over the days on which the recent part may
    begin (uniform prior over change points; Barry & Hartigan, 1993). Its expectation is 1 where nothing changed, so
    P(factor ≥ 1/a) ≤ a (Markov). ``since`` is the most probable first day of the new habit.
    """
    facets = strength.size
    all_of, old = np.zeros(facets), np.zeros(facets)
    recent = 0
    for one in range(n):
        if plain[one] > 0.0:
            facet, cell = facet_at[one], cell_at[one]
            old[facet] += _grown(before, cell, plain[one], strength[facet] * prior[cell])
            all_of[facet] += plain[one]
            recent += day_at[one] > border
    if recent > 0:
        late = np.empty(recent, np.int64)
        place = 0
        for one in range(n):
            if plain[one] > 0.0 and day_at[one] > border:
                late[place] = one
                place += 1
        late = late[np.argsort(-day_at[late], kind="mergesort")]
        _split(late, facet_at, cell_at, day_at, plain, before, after, prior, strength, all_of, old, bayes, since)
    for one in range(n):
        before[cell_at[one]] = 0.0
        after[cell_at[one]] = 0.0


@_compile
def _split(  # type: ignore[no-untyped-def]
    late, facet_at, cell_at, day_at, plain, before, after, prior, strength, all_of, old, bayes, since
):  # fmt: skip
    """Moves the newest items, the newest first, from the old habit to the new one, and weighs each parting of days."""
    facets = strength.size
    joint, new, later = old.copy(), np.zeros(facets), np.zeros(facets)
    factor, splits, highest = np.zeros(facets), np.zeros(facets, np.int64), np.full(facets, -np.inf)
    shown = np.zeros(facets, np.bool_)
    for place in range(late.size):
        one = late[place]
        facet, cell = facet_at[one], cell_at[one]
        apriori = strength[facet] * prior[cell]
        old[facet] += _grown(before, cell, -plain[one], apriori)
        new[facet] += _grown(after, cell, plain[one], apriori)
        later[facet] += plain[one]
        shown[facet] = True
        if place + 1 == late.size or day_at[late[place + 1]] != day_at[one]:
            for at in range(facets):
                earlier = all_of[at] - later[at]
                if shown[at] and earlier > _LEAST:
                    apart = _norm(strength[at], earlier) + _norm(strength[at], later[at])
                    level = old[at] + new[at] - joint[at] + apart - _norm(strength[at], all_of[at])
                    factor[at] += math.exp(min(level, _LOG_BAYES_MAX))
                    splits[at] += 1
                    if level > highest[at]:
                        highest[at], since[at] = level, day_at[one]
                shown[at] = False
    for at in range(facets):
        if splits[at]:
            bayes[at] = math.log(factor[at] / splits[at])


@_compile
def _grown(counts, cell, by, apriori):  # type: ignore[no-untyped-def]
    """By how much a cell's part of the log marginal grows with its count."""
    was = counts[cell]
    counts[cell] = max(0.0, was + by)
    return math.lgamma(apriori + counts[cell]) - math.lgamma(apriori + was)


@_compile
def _norm(strength, total):  # type: ignore[no-untyped-def]
    return math.lgamma(strength) - math.lgamma(strength + total)


@_compile
def evidence_of(  # type: ignore[no-untyped-def]
    customer, bought_by, told_apart, today, reading, text, day, count, bought_on, orders,
    cells, facet_of, weight, rate, alike, gap_facet, gap_first, gap_bands, gap_rate, gap_most,
    ladder_start, ladder_cell, ladder_share, why, inferred, fan,
):  # fmt: skip
    """All items of all customers as rows: customer, facet, cell, day, weight before and after fading, tally row."""
    size = told_apart.size
    starts, bought = bounds(customer, size), bounds(bought_by, size)
    most = max(1, widest(starts, bought, fan))
    total = reading.size + bought_on.size + most
    for row in range(reading.size):
        if facet_of[reading[row]] >= 0:
            cell = cells[reading[row], text[row]]
            total += ladder_start[cell + 1] - ladder_start[cell]
    on_day = np.zeros(oldest_of(day, today) + 1, np.int64)
    who_at = np.empty(total, np.int32)
    facet_at, cell_at, day_at = np.empty(total, np.int32), np.empty(total, np.int32), np.empty(total, np.int32)
    row_at, plain, faded = np.empty(total, np.int64), np.empty(total), np.empty(total)
    filled = 0
    for who in range(size):
        if told_apart[who]:
            end = min(total, filled + most)
            n, _last = items(
                starts[who], starts[who + 1], bought[who], bought[who + 1], today, reading, text, day, count,
                bought_on, orders, cells, facet_of, weight, rate, alike, gap_facet, gap_first, gap_rate, gap_most,
                ladder_start, ladder_cell, ladder_share, why, inferred, on_day, facet_at[filled:end],
                cell_at[filled:end], day_at[filled:end], plain[filled:end], faded[filled:end], row_at[filled:end],
            )  # fmt: skip
            who_at[filled : filled + n] = who
            filled += n
    return (who_at[:filled], facet_at[:filled], cell_at[:filled], day_at[:filled], plain[:filled], faded[:filled],
            row_at[:filled])  # fmt: skip
