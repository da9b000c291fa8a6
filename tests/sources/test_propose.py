from __future__ import annotations

import random

import pytest

from rapport.core.errors import InvalidInput, NotFound
from rapport.sources.examine import examine
from rapport.sources.show import text, yaml
from rapport.workspace.definitions import Identity, Source, SourceField, Trait

CITIES = ["北京", "上海", "广州", "深圳"]
GOODS = [("SP01", "绿茶 250克", "35,50"), ("SP02", "红茶礼盒", "1.128,00"), ("SP03", "茶杯", "18,90")]


def tea_house(first_day: int = 1, days: int = 28) -> str:
    """Orders of a shop somewhere in China: several lines an order, day first, decimal commas."""
    chance = random.Random(7)
    lines = ["订单号;日期;客户编号;姓名;手机;邮箱;城市;性别;商品编号;商品;数量;单价"]
    for order in range(90):
        who, day = chance.randrange(30), first_day + order % days
        person = f"K{who};王{who};138{who:08d};u{who}@例子.example;{CITIES[who % 4]};{'男女'[who % 2]}"
        for sku, name, price in chance.sample(GOODS, chance.randint(1, 3)):
            lines.append(
                f"DD{order};{day:02d}/03/2024 {9 + order % 9}:05;{person};{sku};{name};{1 + order % 4};{price}"
            )
    return "\r\n".join(lines) + "\r\n"


def proposal_for(tmp_path, content: str, name: str = "shop.csv", encoding: str = "utf-8", **known):
    path = tmp_path / name
    path.write_bytes(content.encode(encoding))
    return examine(path, known.get("identity", Identity()), known.get("declared", {}), known.get("taken", ()))


@pytest.mark.parametrize(("encoding", "found"), [("gbk", "gb18030"), ("utf-16", "utf-16"), ("utf-8-sig", "utf-8")])
def test_a_tea_house_in_any_encoding(tmp_path, encoding, found):
    proposal = proposal_for(tmp_path, tea_house(), "茶馆.csv", encoding)
    assert proposal.source == Source(
        name="茶馆",
        files=["茶馆.csv"],
        encoding=found,
        delimiter=";",
        event="Order Completed",
        group_by=["订单号"],
        time=SourceField(column="日期", type="timestamp", format="%d/%m/%Y %H:%M"),
        identifiers={
            "user_id": SourceField(column="客户编号"),
            "email": SourceField(column="邮箱"),
            "phone": SourceField(column="手机"),
        },
        properties={"order_id": SourceField(column="订单号")},
        lines={
            "product_id": SourceField(column="商品编号"),
            "name": SourceField(column="商品"),
            "quantity": SourceField(column="数量", type="integer", decimal=","),
            "price": SourceField(column="单价", type="number", decimal=","),
        },
        traits={
            "name": SourceField(column="姓名"),
            "gender": SourceField(column="性别"),
            "city": SourceField(column="城市"),
        },
        totals={"revenue": '"数量" * "单价"'},
        require={"no customer": '"客户编号" IS NOT NULL OR "邮箱" IS NOT NULL OR "手机" IS NOT NULL'},
    )
    assert proposal.phone_region == "CN"
    assert list(proposal.namespaces) == ["email", "phone"]
    assert {name: trait.purpose for name, trait in proposal.traits.items()} == dict.fromkeys(
        ["name", "gender", "city"], "to be stated"
    )
    assert proposal.traits["gender"].sensitive


def test_day_and_month_nobody_can_tell_apart_are_an_assumption(tmp_path):
    proposal = proposal_for(tmp_path, tea_house(days=11))
    assert proposal.source.time.format == "%d/%m/%Y %H:%M"
    assert any("day first is assumed" in note for note in proposal.assumptions)


def test_thirteen_anywhere_decides(tmp_path):
    rows = "".join(f"{n},{1 + n % 12:02d}/{2 + n % 9:02d}/2024,c{n % 9},{n}.50\n" for n in range(3000))
    ours = proposal_for(tmp_path, "order,date,customer,total\n" + rows + "9999,12/25/2024,c1,1.00\n", "us.csv")
    theirs = proposal_for(tmp_path, "order,date,customer,total\n" + rows + "9999,25/12/2024,c1,1.00\n", "uk.csv")
    assert ours.source.time.format == "%m/%d/%Y"
    assert theirs.source.time.format == "%d/%m/%Y"
    assert not any("assumed" in note for note in ours.assumptions + theirs.assumptions)


GERMAN = """Bestell-Nr;Bestelldatum;Kd.-Nr.;E-Mail;Artikel;Menge;Einzelpreis;Versandkosten;Filiale
1;03.02.2024;K1;a@x.de;Stuhl;1;1.299,00;4,90;Köln
1;03.02.2024;K1;a@x.de;Tisch;1;499,50;4,90;Köln
2;14.02.2024;K2;b@x.de;Stuhl;-1;1.299,00;0,00;Bonn
"""
FRENCH = """N° commande;Date de commande;Client;Courriel;Désignation;Qté;Prix unitaire;Montant;Ville
F1;31/01/2024;C1;a@x.fr;Chaise;1;12,50;12,50;Lyon
F1;31/01/2024;C1;a@x.fr;Table;2;50,00;100,00;Lyon
F2;01/02/2024;C2;b@x.fr;Lampe;1;9,90;9,90;Nice
"""
SPANISH = """Pedido,Fecha,Cliente,Correo,Producto,Cantidad,Precio,Importe
E1,2024-01-31,C1,a@x.es,Silla,1,12.50,12.50
E2,2024-02-01,C2,b@x.es,Mesa,1,50.00,50.00
"""


@pytest.mark.parametrize(
    ("content", "encoding", "grouped", "time", "totals"),
    [
        (GERMAN, "cp1252", ["Bestell-Nr"], "%d.%m.%Y", {"revenue": "Menge * Einzelpreis"}),
        (FRENCH, "latin-1", ["N° commande"], "%d/%m/%Y", {"revenue": "Montant"}),
        (SPANISH, "utf-8", ["Pedido"], "", {"revenue": "Importe"}),
    ],
)
def test_german_french_and_spanish(tmp_path, content, encoding, grouped, time, totals):
    source = proposal_for(tmp_path, content, encoding=encoding).source
    assert (source.event, source.group_by, source.totals) == ("Order Completed", grouped, totals)
    assert (source.time.format, list(source.identifiers)) == (time, ["user_id", "email"])


def test_negative_quantities_are_refunds(tmp_path):
    proposal = proposal_for(tmp_path, GERMAN, encoding="cp1252")
    assert proposal.source.event_rules == {"Order Refunded": "Menge < 0"}
    assert any("refunds" in note for note in proposal.assumptions)


def test_what_is_the_same_in_all_lines_belongs_to_the_order(tmp_path):
    source = proposal_for(tmp_path, GERMAN, encoding="cp1252").source
    assert source.properties["shipping"] == SourceField(column="Versandkosten", type="number", decimal=",")
    assert source.properties["channel"] == SourceField(column="Filiale")
    assert "shipping" not in source.lines


def test_an_order_total_repeated_in_its_lines_is_not_summed(tmp_path):
    rows = "".join(f"{n},2024-01-{1 + n:02d},c{n},p{line},{n * 10}.00\n" for n in range(20) for line in range(3))
    proposal = proposal_for(tmp_path, "order id,date,customer,sku,order total\n" + rows)
    assert proposal.source.totals == {}
    assert proposal.source.properties["revenue"].column == "order total"


PEOPLE = """Mitgliedsnummer,Vorname,Nachname,E-Mail,Geburtsdatum,PLZ,Ort,Newsletter,Kinder
1,Ann,Ott,ann@x.de,24.12.1980,01234,Dresden,ja,0
2,Bo,Ek,bo@x.de,01.02.1990,50667,Köln,nein,3+
3,Cy,Li,cy@x.de,05.06.1970,80331,München,ja,2
"""


def test_a_list_of_people_is_identified(tmp_path):
    proposal = proposal_for(tmp_path, PEOPLE)
    source = proposal.source
    assert (source.type, source.message_id) == ("identify", ["Mitgliedsnummer"])
    assert source.traits["birthday"] == SourceField(column="Geburtsdatum", type="date", format="%d.%m.%Y")
    assert source.traits["postcode"] == SourceField(column="PLZ")
    assert source.traits["household_size"] == SourceField(column="Kinder")
    assert source.traits["marketing"] == SourceField(column="Newsletter", type="boolean")
    assert "marketing" not in proposal.traits
    assert any("time of loading" in note for note in proposal.assumptions)


MANY = "Kundennr,Vorname,Geburtsdatum,PLZ,Liefer-PLZ,Kinder\n" + "".join(
    f"{n},Ann,{1 + n % 28:02d}.03.1980,{50_000 + n},{60_000 + n},{n % 3}\n" for n in range(30)
)


def test_one_impossible_date_does_not_cost_the_column_its_type(tmp_path):
    proposal = proposal_for(tmp_path, MANY + "99,Bo,31.02.1980,50667,50667,1\n")
    assert proposal.source.traits["birthday"] == SourceField(column="Geburtsdatum", type="date", format="%d.%m.%Y")
    assert proposal.traits["birthday"].type == "date"
    assert "'Geburtsdatum': 1 row is rejected, for what stands there is no date" in proposal.assumptions


def test_a_declared_number_keeps_its_type_and_an_undeclared_one_becomes_text(tmp_path):
    content = MANY + "99,Bo,01.02.1980,50667,50667,many\n"
    declared = {"household_size": Trait(type="integer")}
    kept = proposal_for(tmp_path, content, declared=declared).source.traits["household_size"]
    assert kept == SourceField(column="Kinder", type="integer")
    assert proposal_for(tmp_path, content).source.traits["household_size"] == SourceField(column="Kinder")


def test_postcodes_are_text_though_none_begins_with_a_zero(tmp_path):
    proposal = proposal_for(tmp_path, MANY)
    assert proposal.source.traits["postcode"] == SourceField(column="PLZ")
    assert proposal.source.traits["liefer_plz"] == SourceField(column="Liefer-PLZ")
    assert proposal.traits["postcode"].type == "text"


def test_declared_traits_and_taken_names_are_respected(tmp_path):
    proposal = proposal_for(tmp_path, PEOPLE, "people.csv", declared={"city": Trait()}, taken=["people"])
    assert proposal.source.name == "people_2"
    assert "city" not in proposal.traits


def test_a_column_of_events_names_them(tmp_path):
    content = "user id,timestamp,action,page\nu1,1714557600,view,/a\nu1,1714557660,cart,/a\nu2,1714557700,view,/b\n"
    source = proposal_for(tmp_path, content).source
    assert source.event_rules == {"view": "action = 'view'", "cart": "action = 'cart'"}
    assert source.time == SourceField(column="timestamp", type="timestamp", format="unix")
    assert source.properties == {"page": SourceField(column="page")}


def test_contents_speak_where_headings_do_not(tmp_path):
    rows = "".join(f"c{n}@x.org,2024-01-{1 + n:02d}T10:00:00,{n}.25\n" for n in range(20))
    source = proposal_for(tmp_path, "f1,f2,Betrag\n" + rows).source
    assert source.identifiers == {"email": SourceField(column="f1")}
    assert source.time == SourceField(column="f2", type="timestamp")
    assert source.properties["revenue"] == SourceField(column="Betrag", type="number")


def test_a_file_about_nobody_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(InvalidInput, match="no column that could name a customer"):
        proposal_for(tmp_path, "temperature,humidity\n20.5,3\n21.0,4\n")
    with pytest.raises(InvalidInput, match="no rows"):
        proposal_for(tmp_path, "customer,date\n")
    with pytest.raises(NotFound):
        examine(tmp_path / "absent.csv", Identity(), {}, ())


def test_the_proposal_is_shown_with_reasons(tmp_path):
    shown = text(proposal_for(tmp_path, tea_house(), "tea.csv", "gbk"))
    assert "日期" in shown
    assert "the first number reaches 28, so it is the day" in shown
    assert "Rows with the same 订单号 are the lines of one event: Order Completed." in shown
    assert "of its two-byte characters are everyday Chinese" in shown


def test_the_mapping_is_shown_as_it_will_be_written(tmp_path):
    shown = yaml(proposal_for(tmp_path, SPANISH).source)
    assert "group_by:\n- Pedido" in shown
    assert "  email:\n    column: Correo" in shown
