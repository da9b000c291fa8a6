"""What each column says of a person: as declared, else read off its name, else off what it holds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from rapport.identify.link.plan import Field, FieldKind

NAMING: Final[frozenset[FieldKind | None]] = frozenset({"given_name", "surname", "full_name", "date_of_birth"})
"""What a person is told from others by, in every register."""
_WORDS: Final[dict[FieldKind, str]] = {
    "given_name": """given_name first_name forename firstname fname givenname christian_name prenom vorname rufname
        nombre nombre_de_pila nome voornaam roepnaam imie fornavn fornamn etunimi 名 名字 имя given first""",
    "surname": """surname last_name lastname family_name familyname lname sname nachname familienname name_last nom
        nom_de_famille apellido apellidos primer_apellido cognome achternaam familienaam nazwisko efternamn etternavn
        sukunimi 姓 姓氏 фамилия last family""",
    "full_name": """full_name fullname name person_name customer_name contact_name first_and_surname kunde kundenname
        nom_complet nombre_completo nome_completo nominativo volledige_naam naam 姓名 客户姓名 фио display_name""",
    "date_of_birth": """date_of_birth dob birth_date birthdate birthday dateofbirth born birth geburtsdatum geboren
        geburtstag date_de_naissance naissance fecha_de_nacimiento nacimiento data_di_nascita nascita geboortedatum
        data_de_nascimento 出生日期 生日 出生年月 дата_рождения year_of_birth birth_year geburtsjahr""",
    "house_number": """house_number street_number house_no houseno street_no hausnummer hausnr huisnummer
        numero_civico civico numero_de_rue numero_exterior building_number 门牌号""",
    "street": """street street_name address address_1 address1 address_line_1 addr addr1 street_address strasse str
        adresse anschrift rue calle direccion domicilio via indirizzo straat straatnaam adres 地址 住址 街道 улица адрес
        address_2 address2 address_line_2 adresszusatz""",
    "city": """city town suburb locality municipality ort stadt wohnort ville commune ciudad localidad poblacion citta
        comune woonplaats plaats gemeente 城市 市 город birth_place birthplace place_of_birth geburtsort
        lugar_de_nacimiento lieu_de_naissance""",
    "postcode": """postcode post_code zip zip_code zipcode postal_code postalcode plz postleitzahl code_postal
        codigo_postal cp cap 邮编 邮政编码 индекс postcode_fake""",
    "region": """region state province county bundesland kanton canton departement provincia comunidad regione
        provincie 省 省份 область state_code country country_code land pays pais paese""",
    "email": """email e_mail mail email_address mail_address emailaddress correo correo_electronico courriel posta
        e_mail_adresse emailadresse 邮箱 电子邮件 почта""",
    "phone": """phone phone_number telephone tel mobile mobile_phone cell cellphone mobile_number telefon telefonnummer
        handy handynummer mobil portable telephone_portable telefono movil cellulare telefoon telefoonnummer mobiel
        电话 手机 手机号 телефон""",
    "id_number": """id_number ssn soc_sec_id social_security social_security_number national_id nationalid nin nino
        passport passport_number tax_id tax_number steuernummer steuer_id sozialversicherungsnummer ausweisnummer dni
        nif nie curp rfc cpf codice_fiscale bsn burgerservicenummer personnummer pesel numero_securite_sociale insee
        身份证 身份证号 证件号 снилс инн id_card identity_number driver_license driving_licence nhs_number medicare""",
    "text": """middle_name middlename second_name gender sex geschlecht sexe sexo sesso geslacht 性别 пол title
        occupation profession beruf employer company organisation organization firma nationality maiden_name geburtsname
        ethnicity race""",
}
_NOT_PERSONS: Final = """id rec_id record_id recordid unique_id uniqueid row_id rowid index cluster cluster_id entity
    entity_id entityid truth label source source_dataset customer_id anonymous_id created_at updated_at timestamp"""
_NEVER: Final = frozenset(_NOT_PERSONS.split())
_KINDS: Final[dict[str, FieldKind]] = {word: kind for kind, words in _WORDS.items() for word in words.split()}
_DATE_PARTS: Final = {
    "year": frozenset({"by", "birth_year", "year_of_birth", "yob", "geburtsjahr"}),
    "month": frozenset({"bm", "birth_month", "month_of_birth", "mob", "geburtsmonat"}),
    "day": frozenset({"bd", "birth_day", "day_of_birth"}),
}
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SEPARATOR: Final = re.compile(r"[\W_]+")
_DATE: Final = re.compile(r"\d{4}[-/.]?\d{1,2}[-/.]?\d{1,2}([T ].*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}")
_PHONE: Final = re.compile(r"(\+|00?)[\d\s()/.-]{6,}\d")
_ENOUGH: Final = 0.8
"""A column is of a kind if so large a share of its values looks like it."""


class ColumnProfile(msgspec.Struct, frozen=True):
    """What a sample of a column's values looks like; shares are of the values that are there."""

    filled: float
    distinct: float
    dates: float
    emails: float
    phones: float
    letters: float
    """Share of values that hold letters and are at most 40 long."""


def profile(values: Iterable[str | None]) -> ColumnProfile:
    """The profile of a column, from a sample of its values.

    >>> profile(["a@b.de", None, "c@d.de", ""]).emails
    1.0
    """
    seen = list(values)
    texts = [text for text in (value.strip() for value in seen if value) if text]
    count = max(len(texts), 1)
    return ColumnProfile(
        filled=len(texts) / max(len(seen), 1),
        distinct=len(set(texts)) / count,
        dates=sum(bool(_DATE.fullmatch(text)) for text in texts) / count,
        emails=sum("@" in text[1:-3] and " " not in text for text in texts) / count,
        phones=sum(bool(_PHONE.fullmatch(text)) for text in texts) / count,
        letters=sum(len(text) <= 40 and any(letter.isalpha() for letter in text) for text in texts) / count,
    )


def read_fields(
    columns: Sequence[str],
    declared: Mapping[str, FieldKind] | None = None,
    profiles: Mapping[str, ColumnProfile] | None = None,
) -> tuple[Field, ...]:
    """The columns that take part in a linkage, and as what.

    What is declared counts alone. Otherwise names are read (English, German, French, Spanish, Italian, Dutch, Chinese,
    and more), and a column whose name says nothing by its profile. Columns that only repeat others are left out.

    >>> [(field.column, field.name) for field in read_fields(["Vorname", "Nachname", "address_1", "address_2"])]
    [('Vorname', 'given_name'), ('Nachname', 'surname'), ('address_1', 'street'), ('address_2', 'street_2')]
    """
    if declared:
        return _named([(column, declared[column]) for column in columns if column in declared])
    known = [(column, kind) for column in columns if (kind := kind_of(column))]
    for column in columns:
        if profiles and column in profiles and not kind_of(column) and _spelling(column) not in _NEVER:
            guessed = _guess(profiles[column])
            known += [(column, guessed)] if guessed else []
    return _named(_without_repetition(known))


def date_parts(columns: Iterable[str]) -> tuple[str, str, str] | tuple[()]:
    """The columns of year, month and day of birth, where a date stands in three columns.

    >>> date_parts(["fname", "by", "bm", "bd"]), date_parts(["year", "dob"])
    (('by', 'bm', 'bd'), ())
    """
    found: dict[str, str] = {}
    for column in columns:
        for part, words in _DATE_PARTS.items():
            if _spelling(column) in words:
                found.setdefault(part, column)
    return (found["year"], found["month"], found["day"]) if len(found) == len(_DATE_PARTS) else ()


def kind_of(column: str) -> FieldKind | None:
    """What a column's name says; None where it says nothing.

    >>> [kind_of(column) for column in ("customer.dateOfBirth", "E-Mail", "billing_zip", "客户姓名", "score")]
    ['date_of_birth', 'email', 'postcode', 'full_name', None]
    """
    words = _spelling(column)
    if words in _NEVER:
        return None
    parts = words.split("_")
    for size in range(len(parts), 0, -1):
        for start in range(len(parts) - size, -1, -1):
            kind = _KINDS.get("_".join(parts[start : start + size]))
            if kind and (size > 1 or len(parts) <= 2):
                return kind
    return None


def _spelling(column: str) -> str:
    plain = unicodedata.normalize("NFKD", _CAMEL.sub("_", column))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter)).replace("ß", "ss")
    return _SEPARATOR.sub("_", bare.lower()).strip("_")


def _guess(seen: ColumnProfile) -> FieldKind | None:
    """What values look like; text that nearly everybody has a different one of, or all the same, says nothing."""
    if seen.filled == 0.0:
        return None
    if seen.emails >= _ENOUGH:
        return "email"
    if seen.dates >= _ENOUGH:
        return "date_of_birth" if seen.distinct > 0.02 else None
    if seen.phones >= _ENOUGH:
        return "phone"
    return "text" if seen.letters >= _ENOUGH and 0.0005 < seen.distinct < 0.9 else None


def _without_repetition(known: Sequence[tuple[str, FieldKind]]) -> list[tuple[str, FieldKind]]:
    """Names in parts make the whole name a repetition; of several whole names, or dates, the first counts."""
    kinds = {kind for _, kind in known}
    once = {"full_name", "date_of_birth", "given_name", "surname"}
    seen: set[str] = set()
    kept = []
    for column, kind in known:
        repeated = kind == "full_name" and {"given_name", "surname"} <= kinds
        if repeated or (kind in once and kind in seen):
            continue
        seen.add(kind)
        kept.append((column, kind))
    return kept


def _named(known: Sequence[tuple[str, FieldKind]]) -> tuple[Field, ...]:
    counts: dict[str, int] = {}
    fields = []
    for column, kind in known:
        counts[kind] = counts.get(kind, 0) + 1
        fields.append(Field(column, kind, kind if counts[kind] == 1 else f"{kind}_{counts[kind]}"))
    return tuple(fields)
