"""Identify: from calls as clients send them to people.

- In: ``core.wire.WireCall``; out: ``core.event.Event``, by ``arrival.Arrivals.event``.
- In: a spelling of an identifier; out: the one spelling that all channels agree on, by ``normalise.normalise``.
- In: an event and what is known of its identifiers; out: whose event it is, and which people turned out to be one,
  by ``stitch.Stitcher.stitch`` on a ``graph.Graph``. Where the past changed: a region's events and the acts that stand
  (``ledger.standing``); out: whose each event would have been, by ``restitch.restitch``.
- In: everybody's records; out: who is probably one person, by the room ``link``.
- In: a customer's events; out: ``core.customer.Profile``, by ``profile.add`` and ``profile.merge``.
- In: the values of a profile; out: the one that is shown, by ``survivors.Survivors``, and why, by ``because``.
- In: what events say of consent; out: whether a purpose is allowed, by ``consent.allowed``.
- In: identifiers of somebody who leaves; out: others' records without them, by ``traces.Traces``.
- In: what each source states of customers, as the warehouse counts it (``quality_sql``); out: measures and a verdict,
  by ``quality.Measured`` and ``readiness.verdict``; who uses which trait, by ``usage.usage``;
  what was not kept, by ``not_kept.NotKept``.

Nothing here knows the time or the store: the loop passes both in.
"""
