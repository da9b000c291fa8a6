"""Identify: from calls as clients send them to people.

- In: ``core.wire.WireCall``; out: ``core.event.Event``, by ``arrival.Arrivals.event``.
- In: a spelling of an identifier; out: the one spelling that all channels agree on, by ``normalise.normalise``.
- In: an event and what is known of its identifiers; out: whose event it is, and which people turned out to be one,
  by ``stitch.Stitcher.stitch`` on a ``stitch.Graph``.
- In: a customer's events; out: ``core.customer.Profile``, by ``profile.add`` and ``profile.merge``.
- In: what each source states of customers, as the warehouse counts it (``quality_sql``); out: measures and a verdict,
  by ``quality.Measured`` and ``readiness.verdict``; who uses which trait, by ``usage.usage``.

Nothing here knows the time or the store: the loop passes both in.
"""
