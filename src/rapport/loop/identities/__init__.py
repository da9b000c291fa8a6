"""Who is who: customers joined, taken apart, and probably the same.

In: a person's word, or everybody's records. Out: acts of identity in the log, links with their reasons, hints. By:
stitching the region anew where the past changes; a trained linkage where no event joins.

============ ===========================================================================
``identity`` merge, unmerge, tell apart; what protects against wrong merges
``restitch`` customers whose past changed, stitched, folded and scored anew
``link``     everybody's records → probable links; ``linkage`` is one such search
``review``   a probable link → a person's answer, once; ``overruled`` by a later unmerge
``hint``     a customer, or a form's answers → who may be the same person
============ ===========================================================================
"""
