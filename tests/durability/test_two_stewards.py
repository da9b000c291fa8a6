"""Two processes stitch, merge and unmerge the same people at once on PostgreSQL: the log is the order they came in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from rapport.bootstrap import opened
from rapport.core.customer import decode_profile
from rapport.core.event import LINK, LogEntry
from rapport.loop.intake.fold import catch_up
from rapport.loop.runtime import Runtime
from tests.loop.conftest import write_workspace

IDENTITY = """
namespaces:
  user_id: {priority: 100, unique: true}
  email: {normalise: email, found_in: [traits.email], priority: 80, shared_by: 3}
  anonymous_id: {priority: 10, shared_by: 3}
"""
SETTINGS = "name: Shop\ntimezone: Europe/Berlin\n"
ROUNDS = 60


def people(rt: Runtime) -> dict[str, Any]:
    """Everything that follows from the log, without the log's own numbers."""
    customers = rt.store.scan_customers(limit=10_000)
    rows = rt.store.identifiers_of([row.id for row in customers])
    profiles = {row.id: decode_profile(row.profile) for row in customers}
    return {
        "who": {str(row.identifier): (row.customer_id, row.shared) for row in rows},
        "what": {
            key: (one.events, one.first_seen, one.last_seen, one.features, _shown(one.traits))
            for key, one in sorted(profiles.items())
        },
        "ledger": [(one.kind, str(one.a), str(one.b), one.rule, one.actor, one.evidence)
                   for one in rt.store.links_of([row.identifier for row in rows])],
        "refused": {(str(one.a), str(one.b), one.reason, one.times) for one in rt.store.refusals(10_000)},
    }  # fmt: skip


def _shown(traits: Any) -> dict[str, Any]:
    return {name: [(one.value, one.time, one.source) for one in values] for name, values in sorted(traits.items())}


def test_the_log_is_the_serial_order(tmp_path: Path, postgres_url: str) -> None:
    both, one = tmp_path / "both", tmp_path / "one"
    write_workspace(both, **{"identity.yaml": IDENTITY, "rapport.yaml": f"{SETTINGS}store: {postgres_url}\n"})
    write_workspace(one, **{"identity.yaml": IDENTITY, "rapport.yaml": SETTINGS})
    with opened(both):
        pass
    command = [sys.executable, "-m", "tests.durability.steward", str(both)]
    stewards = [subprocess.Popen([*command, seed, str(ROUNDS)], stdout=subprocess.PIPE) for seed in ("1", "2")]
    for steward in stewards:
        said, _ = steward.communicate(timeout=240)
        assert steward.returncode == 0, said
    with opened(both) as rt, opened(one) as alone:
        catch_up(rt)
        log = rt.store.read_log(0, 100_000)
        acts = [stored.event for stored in log if stored.event.type == LINK]
        assert {event.source for event in acts} == {"steward 1", "steward 2"}
        for stored in log:
            alone.store.append([LogEntry(stored.event.message_id, stored.body)]).result()
            catch_up(alone)
        assert people(rt) == people(alone)
