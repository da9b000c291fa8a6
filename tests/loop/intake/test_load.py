from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from rapport.core.errors import Busy, Conflict, NotFound
from rapport.core.event import AppendReceipt
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.load import load, propose
from rapport.loop.reports import dropped
from rapport.loop.runtime import Runtime
from rapport.loop.view import find, show
from rapport.workspace import read

ORDERS = """order;day;customer;mail;city;sku;qty;price
A1;24.08.2024 10:00;K1;ann@x.de;Bonn;tea;2;1.250,00
A2;25.08.2024 11:30;K2;bo@x.de;Köln;cup;1;3,50
A1;24.08.2024 10:00;K1;ann@x.de;Bonn;pot;1;0,20
A3;26.08.2024 09:00;;;Bonn;pot;1;0,20
A4;never;K1;ann@x.de;Bonn;pot;1;0,20
A5;too short
"""
SOURCE = """
files: [orders*.csv]
delimiter: ;
event: Order Completed
group_by: [order]
time: {column: day, format: "%d.%m.%Y %H:%M"}
identifiers:
  user_id: {column: customer}
  email: {column: mail}
traits:
  city: {column: city}
  shoe_size: {column: sku}
lines:
  sku: {column: sku}
  quantity: {column: qty, type: integer}
  price: {column: price, type: number, decimal: ","}
totals: {revenue: qty * price}
require: {no customer: customer IS NOT NULL}
"""


@pytest.fixture
def mapped(open_shop):
    shop = open_shop(**{"sources/orders.yaml": SOURCE})
    (shop.root / "orders.csv").write_text(ORDERS, encoding="utf-8")
    return shop


def test_every_row_is_loaded_or_rejected_and_both_are_told(mapped):
    report = load(mapped.rt, [mapped.root / "orders.csv"])
    (file,) = report.files
    assert (file.rows_read, file.rows_loaded, file.rows_rejected) == (6, 3, 3)
    assert file.rejected == {
        "no customer": 1,
        "'day' is not a moment like %d.%m.%Y %H:%M": 1,
        "2 fields instead of 8": 1,
    }
    assert (file.events, file.appended, file.duplicates) == ({"Order Completed": 2}, 2, 0)
    assert file.undeclared == {"shoe_size": 2}
    assert (file.first_time, file.last_time) == ("2024-08-24T08:00:00Z", "2024-08-25T09:30:00Z")


def test_rejects_lie_in_a_file_with_line_and_reason(mapped):
    report = load(mapped.rt, [mapped.root / "orders.csv"])
    rejects = mapped.root / "rejects" / "orders-orders.csv.csv"
    assert report.files[0].rejects_file == str(rejects)
    assert rejects.read_text(encoding="utf-8").splitlines()[1:] == [
        '5,no customer,A3,26.08.2024 09:00,,,Bonn,pot,1,"0,20",',
        "6,'day' is not a moment like %d.%m.%Y %H:%M,A4,never,K1,ann@x.de,Bonn,pot,1,\"0,20\",",
        "7,2 fields instead of 8,,,,,,,,,A5;too short",
    ]


def test_what_arrival_refuses_is_a_rejected_row(mapped):
    more = (
        "A6;24.08.2024 10:00;unknown;;Bonn;tea;1;1,00\n"
        "A6;24.08.2024 10:00;unknown;;Bonn;pot;1;1,00\n"
        "A7;24.08.2034 10:00;K1;;Bonn;tea;1;1,00\n"
        "A8;25.08.2034 10:00;K1;;Bonn;tea;1;1,00\n"
        "A1;24.08.2024 10:00;K9;;Bonn;tea;1;1,00\n"
    )
    (mapped.root / "orders.csv").write_text(ORDERS + more, encoding="utf-8")
    (file,) = load(mapped.rt, [mapped.root / "orders.csv"]).files
    assert file.rows_read == 11 == file.rows_loaded + file.rows_rejected
    assert file.rejected["no identifier that names somebody"] == 2
    assert file.rejected["a moment in the future"] == 2
    assert file.rejected["another customer than the first line of its group"] == 1
    assert "a moment in the future: '2034-08-25T08:00:00Z',A8" in Path(file.rejects_file).read_text(encoding="utf-8")


def test_what_was_loaded_is_history_and_makes_the_profile(mapped):
    load(mapped.rt, [mapped.root / "orders.csv"])
    catch_up(mapped.rt)
    shown = show(mapped.rt, {"email": "ann@x.de"})
    assert shown["traits"]["city"]["value"] == "Bonn"
    assert shown["features"]["spend"] == 2500.2
    events = [stored.event for stored in mapped.rt.store.read_log(0, 10)]
    assert not any(event.live for event in events)
    assert {event.source for event in events} == {"orders"}


def test_loading_twice_adds_nothing(mapped):
    load(mapped.rt, [mapped.root / "orders.csv"])
    again = load(mapped.rt, [mapped.root / "orders.csv"])
    assert (again.appended, again.duplicates) == (0, 2)
    assert again.rows_read == again.rows_loaded + again.rows_rejected == 6


SIZES = """
files: [sizes*.csv]
type: identify
identifiers: {user_id: {column: customer}}
traits: {size: {column: size}}
message_id: [customer]
"""
SIZE = "size: {type: integer, kind: engagement, purpose: fitting}\n"


def ill_typed(rt: Runtime) -> int:
    """How often a size was lost, over all processes."""
    rt.store.append([]).result()
    return dropped.ill_typed(rt)["size", "sizes"]


def test_what_was_lost_of_a_row_counts_once_however_often_it_is_loaded(open_shop):
    shop = open_shop(**{"sources/sizes.yaml": SIZES, "traits.yaml": SIZE})
    path = shop.root / "sizes.csv"
    path.write_text("customer,size\n1,L\n2,44\n3,XL\n", encoding="utf-8")
    for _ in range(2):
        (file,) = load(shop.rt, [path]).files
        assert (file.ill_typed, ill_typed(shop.rt)) == ({"size": 2}, 2)

    path.write_text("customer,size\n1,L\n2,44\n3,XL\n4,S\n5,38\n", encoding="utf-8")
    assert load(shop.rt, [path]).appended == 2
    assert ill_typed(shop.rt) == 3


def test_what_a_replacement_took_back_counts_no_more(open_shop):
    shop = open_shop(**{"sources/sizes.yaml": SIZES + "on_reimport: replace\n", "traits.yaml": SIZE})
    path = shop.root / "sizes.csv"
    for content, lost in (("1,L\n2,XL\n", 2), ("1,L\n2,XL\n", 2), ("1,L\n2,44\n", 1), ("1,42\n2,44\n", 0)):
        path.write_text(f"customer,size\n{content}", encoding="utf-8")
        load(shop.rt, [path])
        assert ill_typed(shop.rt) == lost

    path.write_text("customer,size\n1,L\n", encoding="utf-8")
    load(shop.rt, [path])
    assert ill_typed(shop.rt) == 1


def test_a_dry_run_shows_events_and_writes_none(mapped):
    report = load(mapped.rt, [mapped.root], dry_run=True)
    (file,) = report.files
    assert file.events == {"Order Completed": 2}
    assert file.examples[0]["properties"]["revenue"] == 2500.2
    assert mapped.rt.store.last_seq() == 0


def test_progress_comes_to_its_end(mapped):
    seen: list[tuple[str, float]] = []
    load(mapped.rt, [mapped.root / "orders.csv"], progress=lambda what, share: seen.append((what, share)))
    assert seen[0][0] == "reading orders.csv"
    assert seen[-1] == ("loading orders.csv", 1.0)
    assert all(0 <= share <= 1 for _, share in seen)


def test_the_last_load_is_kept_in_the_store(mapped):
    load(mapped.rt, [mapped.root / "orders.csv"])
    assert b'"rows_read":6' in mapped.rt.store.state("import:orders:orders.csv")


TEA = "\r\n".join(
    ["订单号;日期;客户编号;手机;城市;商品;数量;单价"]
    + [f"D{n};{1 + n % 28:02d}/02/2024;K{n % 9};138{n % 9:08d};上海;茶;{1 + n % 3};1.{n:03d},50" for n in range(60)]
)


@pytest.fixture
def tea(shop):
    path = shop.root / "茶.csv"
    path.write_bytes(TEA.encode("gbk"))
    return path


def test_an_unmapped_file_waits_for_its_proposal_to_be_accepted(shop, tea):
    report = load(shop.rt, [tea])
    assert [one.source.name for one in report.proposals] == ["茶"]
    assert report.rows_read == 0
    assert shop.rt.store.last_seq() == 0
    assert not (shop.root / "sources").exists()


def test_a_dry_run_of_an_unmapped_file_goes_through_the_proposal(shop, tea):
    (file,) = load(shop.rt, [tea], dry_run=True).files
    assert (file.rows_loaded, file.events) == (60, {"Order Completed": 60})
    assert file.examples[0]["identifiers"] == {"user_id": "K0", "phone": "+8613800000000"}
    assert file.examples[0]["traits"] == {"city": "上海"}
    assert not (shop.root / "sources").exists()


def test_an_accepted_proposal_is_written_and_loaded(shop, tea):
    (shop.root / "identity.yaml").write_text("phone_region: US   # from the start\n")
    report = load(shop.rt, [tea], accept=True)
    assert (report.rows_loaded, report.appended, report.proposals) == (60, 60, [])
    workspace = read(shop.root)
    assert workspace.sources["茶"] == replace_name(report.files[0].proposal.source, "茶")
    assert workspace.identity.phone_region == "CN"
    again = load(replace(shop.rt, workspace=workspace), [tea])
    assert (again.appended, again.duplicates) == (0, 60)
    catch_up(shop.rt)
    assert find(shop.rt, {"user_id": "K0"}).profile.traits["city"][0].value == "上海"


def replace_name(source, name):
    assert source.name == name
    return source


def test_what_the_user_wrote_stays_with_its_comments(shop, tea):
    traits = shop.root / "traits.yaml"
    traits.write_text("# ours\nage: {type: integer, purpose: 'why not'}  # in years\n")
    load(replace(shop.rt, workspace=read(shop.root)), [tea], accept=True)
    text = traits.read_text()
    assert text.startswith("# ours\nage: {type: integer, purpose: 'why not'}  # in years\n")
    assert YAML(typ="safe").load(text)["city"] == {"purpose": "to be stated"}


def test_a_proposal_says_in_which_zone_times_are(shop, tea):
    notes = propose(tea, shop.rt.workspace).assumptions
    assert "times without a zone are those of Europe/Berlin, as rapport.yaml says" in notes
    assert propose(tea).source.encoding == "gb18030"


def test_an_unknown_source_comes_with_a_suggestion(mapped):
    with pytest.raises(NotFound, match="did you mean 'orders'"):
        load(mapped.rt, [mapped.root / "orders.csv"], source="oders")


@pytest.fixture
def replacing(open_shop):
    shop = open_shop(**{"sources/orders.yaml": SOURCE + "on_reimport: replace\n"})
    (shop.root / "orders.csv").write_text(ORDERS, encoding="utf-8")
    return shop


def revenues(rt):
    return sorted(stored.event.properties["revenue"] for stored in rt.store.read_log(0, 100))


def test_replace_takes_back_what_is_no_longer_in_the_file(replacing):
    rt = replacing.rt
    load(rt, [replacing.root / "orders.csv"])
    assert revenues(rt) == [3.5, 2500.2]
    changed = ORDERS.replace("cup;1;3,50", "cup;1;4,00")
    (replacing.root / "orders.csv").write_text(changed, encoding="utf-8")
    report = load(rt, [replacing.root / "orders.csv"])
    assert (report.appended, report.duplicates, report.files[0].retracted) == (1, 1, 1)
    assert revenues(rt) == [4.0, 2500.2]


def test_a_replacement_by_nothing_is_refused(replacing):
    rt = replacing.rt
    load(rt, [replacing.root / "orders.csv"])
    (replacing.root / "orders.csv").write_text(ORDERS.splitlines()[0] + "\n", encoding="utf-8")
    with pytest.raises(Conflict, match="made no event"):
        load(rt, [replacing.root / "orders.csv"])
    assert revenues(rt) == [3.5, 2500.2]


def test_replaced_content_may_come_back(replacing):
    """A, then B, then A again: each load leaves what its file says, in the log, in profiles and in the warehouse."""
    rt, path = replacing.rt, replacing.root / "orders.csv"
    for price, revenue in (("3,50", 3.5), ("4,00", 4.0), ("3,50", 3.5), ("3,50", 3.5)):
        path.write_text(ORDERS.replace("cup;1;3,50", f"cup;1;{price}"), encoding="utf-8")
        load(rt, [path])
        catch_up(rt)
        assert revenues(rt) == [revenue, 2500.2]
        assert show(rt, {"email": "bo@x.de"})["features"]["spend"] == revenue
        rt.warehouse.export(lambda _what, _share: None)
        assert rt.warehouse.query("SELECT count(DISTINCT seq), count(*) FROM events") == [(2, 2)]


def test_a_replacement_that_was_cut_short_is_finished(replacing):
    rt, path = replacing.rt, replacing.root / "orders.csv"
    load(rt, [path])
    rt.store.save_state("replacing:orders", b"1").result()
    load(rt, [path])
    assert rt.store.state("replacing:orders") == b""
    assert show(rt, {"email": "bo@x.de"})["features"]["spend"] == 3.5


VISITS = """
files: [visits*.csv]
event: Shop Visited
time: {column: day}
identifiers: {user_id: {column: who}}
properties: {place: {column: place}}
"""
ROWS = ["2024-03-01,K1,Bonn", "2024-03-01,K1,Bonn", "2024-03-02,K2,Jena"]


@pytest.fixture
def visits(open_shop):
    shop = open_shop(**{"sources/visits.yaml": VISITS})

    def write(rows, name="visits.csv"):
        path = shop.root / name
        path.write_text("\n".join(["day,who,place", *rows]) + "\n")
        return path

    return shop, write


def test_an_export_with_new_rows_on_top_adds_those_only(visits):
    shop, write = visits
    assert load(shop.rt, [write(ROWS)]).appended == 3
    again = load(shop.rt, [write(["2024-03-03,K3,Ulm", *reversed(ROWS)], "visits-2.csv")])
    assert (again.appended, again.duplicates) == (1, 3)


def edited(shop, text):
    (shop.root / "sources" / "visits.yaml").write_text(text)
    return replace(shop.rt, workspace=read(shop.root))


def test_a_changed_mapping_is_refused_before_anything_is_written(visits):
    shop, write = visits
    path = write(ROWS)
    load(shop.rt, [path])
    changed = VISITS.replace("Shop Visited", "Store Visited")
    with pytest.raises(Conflict, match="would count twice"):
        load(edited(shop, changed), [write([*ROWS, "2024-03-04,K4,Ulm"])])
    assert len(shop.rt.store.read_log(0, 9)) == 3
    report = load(edited(shop, changed + "on_reimport: replace\n"), [path])
    assert (report.appended, report.files[0].retracted) == (4, 3)
    assert {stored.event.event for stored in shop.rt.store.read_log(0, 9)} == {"Store Visited"}


def test_who_replaced_cannot_add_the_same_rows_again(visits):
    shop, write = visits
    path = write(ROWS)
    load(shop.rt, [path])
    replaced = load(edited(shop, VISITS + "on_reimport: replace\n"), [path])
    assert (replaced.appended, replaced.files[0].retracted) == (3, 3)
    with pytest.raises(Conflict, match="would count twice"):
        load(edited(shop, VISITS), [path])


def test_files_with_another_name_are_no_other_mapping(visits):
    shop, write = visits
    load(shop.rt, [write(ROWS)])
    assert load(edited(shop, VISITS.replace("visits*", "vis*")), [write(ROWS)]).duplicates == 3


class Full:
    """A store whose queue is full whenever two batches are under way."""

    def __init__(self, store) -> None:
        self._store = store
        self.pending: list[tuple[Future[AppendReceipt], Future[AppendReceipt]]] = []

    def __getattr__(self, name: str):
        return getattr(self._store, name)

    def append(self, entries):
        if sum(not future.done() for future in self.pending) >= 2:
            raise Busy("the queue is full")
        future = self._store.append(entries)
        self.pending.append(future)
        return future


def test_a_full_queue_is_waited_for(mapped):
    rows = "".join(f"B{n};01.02.2024 10:00;K{n % 50};;Bonn;tea;1;1,00\n" for n in range(12_000))
    (mapped.root / "orders.csv").write_text(ORDERS.splitlines()[0] + "\n" + rows, encoding="utf-8")
    rt = replace(mapped.rt, store=Full(mapped.rt.store))
    report = load(rt, [mapped.root / "orders.csv"])
    assert report.appended == 12_000
