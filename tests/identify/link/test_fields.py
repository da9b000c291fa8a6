"""What a column says of a person: by its name in many languages, or by what it holds."""

from __future__ import annotations

import pytest

from rapport.identify.link.fields import ColumnProfile, kind_of, profile, read_fields


@pytest.mark.parametrize(
    ("columns", "kinds"),
    [
        ("given_name surname street_number address_1 suburb postcode state date_of_birth soc_sec_id",
         "given_name surname house_number street city postcode region date_of_birth id_number"),
        ("Vorname Familienname Geburtsdatum Straße Hausnr PLZ Wohnort Telefon",
         "given_name surname date_of_birth street house_number postcode city phone"),
        ("prénom nom date_de_naissance rue code_postal ville courriel téléphone",
         "given_name surname date_of_birth street postcode city email phone"),
        ("Nombre Apellidos fecha_de_nacimiento calle CP localidad correo DNI",
         "given_name surname date_of_birth street postcode city email id_number"),
        ("cognome data_di_nascita via CAP comune codice_fiscale",
         "surname date_of_birth street postcode city id_number"),
        ("voornaam achternaam geboortedatum straatnaam huisnummer woonplaats BSN",
         "given_name surname date_of_birth street house_number city id_number"),
        ("姓名 出生日期 手机号 身份证号 城市", "full_name date_of_birth phone id_number city"),
        ("firstName lastName emailAddress zipCode mobilePhone", "given_name surname email postcode phone"),
    ],
)  # fmt: skip
def test_names_are_read_in_many_languages(columns: str, kinds: str) -> None:
    assert [kind_of(column) for column in columns.split()] == kinds.split()


@pytest.mark.parametrize("column", ["rec_id", "unique_id", "cluster", "created_at", "orders_90d", "score", "user_id"])
def test_what_says_nothing_of_a_person_is_left_out(column: str) -> None:
    assert kind_of(column) is None
    assert read_fields([column]) == ()


def test_a_column_with_an_unknown_name_is_known_by_what_it_holds() -> None:
    columns = {
        "f1": ["ann@x.com", "bob@y.org", None, "c.d@z.net"],
        "f2": ["1970-01-02", "1981-12-24", "1999-05-05", ""],
        "f3": ["+49 30 123456", "030/1234567", "0049 171 998877", None],
        "f4": ["red", "green", "red", "red"],
        "f5": ["1", "2", "3", "4"],
        "f6": ["", None, "", ""],
    }
    profiles = {column: profile(values) for column, values in columns.items()}
    found = read_fields(list(columns), None, profiles)
    assert [(field.column, field.kind) for field in found] == [
        ("f1", "email"), ("f2", "date_of_birth"), ("f3", "phone"), ("f4", "text"),
    ]  # fmt: skip


def test_repetitions_are_left_out() -> None:
    columns = ["full_name", "first_and_surname", "first_name", "surname", "dob", "birth_place"]
    assert [field.name for field in read_fields(columns)] == ["given_name", "surname", "date_of_birth", "city"]
    assert [field.column for field in read_fields(["name", "customer_name", "dob"])] == ["name", "dob"]


def test_what_is_declared_counts_alone() -> None:
    profiles = {"mail": ColumnProfile(1, 1, 0, 1, 0, 1)}
    assert [field.kind for field in read_fields(["x", "mail"], {"x": "surname"}, profiles)] == ["surname"]
