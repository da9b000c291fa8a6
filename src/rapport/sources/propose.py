"""From columns to a mapping: which column is what, how sure, and why. Pure: profiles in, a proposal out.

A role is given by a column's heading (in five languages) and by its contents together; each role goes to one column,
the surest first. What varies within an order becomes part of its lines, what belongs to a person becomes a trait.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from rapport.core.errors import InvalidInput
from rapport.core.identifier import ANONYMOUS_ID, USER_ID
from rapport.sources.profile import LEAST_SHARE, ColumnProfile
from rapport.sources.vocabulary import REGION_BY_LANGUAGE, is_code, matches, plain
from rapport.workspace.definitions import ColumnType, Identity, Namespace, Source, SourceField, Trait

LEAST_CONFIDENCE: Final = 0.5
IDENTIFIERS: Final = {
    "customer": USER_ID, "anonymous": ANONYMOUS_ID, "email": "email", "phone": "phone", "card": "card",
}  # fmt: skip
NAMESPACES: Final = {
    "email": Namespace(normalise="email", found_in=["traits.email"], priority=80),
    "phone": Namespace(normalise="phone", found_in=["traits.phone"], priority=70),
    "card": Namespace(normalise="exact", priority=60),
}
LINE_NAMES: Final = {
    "product": "product_id", "product_name": "name", "category": "category", "brand": "brand", "variant": "variant",
    "quantity": "quantity", "price": "price",
}  # fmt: skip
ORDER_NAMES: Final = {
    "order": "order_id", "amount": "revenue", "discount": "discount", "shipping": "shipping", "tax": "tax",
    "currency": "currency", "coupon": "coupon", "channel": "channel", "status": "status",
}  # fmt: skip
SUMMED: Final = frozenset({"discount", "shipping", "tax"})
"""Amounts of an order that are summed when they stand in its lines."""
PERSONAL: Final = (
    "first_name", "last_name", "name", "gender", "birthday", "age", "income", "marital_status", "occupation",
    "household_size", "education", "language", "city", "region", "country", "postcode", "address", "consent",
)  # fmt: skip
SENSITIVE: Final = frozenset({"gender", "birthday", "age", "income", "marital_status", "education", "name"})
CONSENT_TRAIT: Final = "marketing"
_FITS: Final[dict[str, tuple[str, ...]]] = {
    "email": ("email",), "phone": ("phone", "integer", "text"), "time": ("date", "timestamp"),
    "updated": ("date", "timestamp"), "birthday": ("date", "timestamp"), "quantity": ("integer", "number"),
    "price": ("number", "integer"), "amount": ("number", "integer"), "discount": ("number", "integer"),
    "coupon": ("text",), "shipping": ("number", "integer"), "tax": ("number", "integer"),
    "consent": ("boolean", "integer", "text"),
    "customer": ("text", "integer", "phone", "email"), "order": ("text", "integer", "phone"),
    "product": ("text", "integer", "phone"), "product_name": ("text",), "name": ("text",), "city": ("text",),
    "first_name": ("text",), "last_name": ("text",), "gender": ("text", "integer", "boolean"),
}  # fmt: skip


class ColumnRole(msgspec.Struct, frozen=True, kw_only=True):
    """What one column is taken for."""

    column: str
    role: str
    """One of the roles of ``vocabulary``, or empty."""
    target: str
    """Where it goes: ``identifiers.user_id``, ``lines.price``, …; empty when it is left out."""
    confidence: float
    why: str
    profile: ColumnProfile


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A mapping for one file, to be looked at and confirmed."""

    path: str
    source: Source
    columns: list[ColumnRole]
    traits: dict[str, Trait]
    """Declarations that ``traits.yaml`` needs for it."""
    namespaces: dict[str, Namespace]
    """Declarations that ``identity.yaml`` needs for it."""
    phone_region: str
    """Where its telephone numbers seem to be dialled, when they carry no country code; else empty."""
    assumptions: list[str]
    """What the file does not show and somebody should confirm."""
    rows: int


class Shape(NamedTuple):
    """What the file's rows are, beside their columns."""

    name: str
    file: str
    format: str
    encoding: str
    encoding_why: str
    delimiter: str
    varies: frozenset[str]
    """Columns whose value differs between rows of one order."""
    personal: frozenset[str]
    """Columns that have one value for each customer."""


def assign(profiles: Sequence[ColumnProfile]) -> dict[str, tuple[str, float, str]]:
    """Column → role, confidence and why; each role once, the surest first."""
    scored = []
    for position, one in enumerate(profiles):
        for role, (score, why) in _scores(one).items():
            scored.append((score, -position, one.name, role, why))
    given: dict[str, tuple[str, float, str]] = {}
    roles: set[str] = set()
    for score, _, column, role, why in sorted(scored, reverse=True):
        if score >= LEAST_CONFIDENCE and column not in given and role not in roles:
            given[column] = (role, round(score, 2), why)
            roles.add(role)
    return given if "customer" in roles or "time" in roles else {**given, **_row_id(profiles, given)}


def _row_id(profiles: Sequence[ColumnProfile], given: Collection[str]) -> dict[str, tuple[str, float, str]]:
    """In a list of people, the one column that numbers them."""
    for one in profiles:
        words = plain(one.name).split()
        if one.name not in given and {"id", "nr", "no", "key", "编号"} & set(words) and one.distinct == one.rows:
            return {one.name: ("customer", 0.55, "every row has its own, and nothing else names a customer")}
    return {}


def _scores(one: ColumnProfile) -> dict[str, tuple[float, str]]:
    """Role → how likely the column has it, by heading and contents."""
    scores: dict[str, tuple[float, str]] = {}
    for role, match in matches(one.name).items():
        fits = one.kind in _FITS.get(role, (one.kind,))
        if not fits or one.distinct == 0:
            continue
        contents = 0.05 if role in _FITS else 0.0
        score = min(0.9 * match.score + contents, 0.99)
        scores[role] = (score, f"heading '{match.word}' ({match.language}), {one.why}")
    if one.kind in ("email", "phone"):
        known = scores.get(one.kind, (0.0, ""))[0]
        heading = scores.get(one.kind, (0.0, "contents: " + one.why))[1]
        scores[one.kind] = (max(known, 0.95 if one.kind == "email" else 0.6), heading)
    if one.kind in ("timestamp", "date") and "time" not in scores and not {"birthday", "updated"} & scores.keys():
        scores["time"] = (0.6, f"contents: {one.why}")
    return scores


def build(
    profiles: Sequence[ColumnProfile],
    given: Mapping[str, tuple[str, float, str]],
    shape: Shape,
    identity: Identity,
    declared: Mapping[str, Trait],
) -> Proposal:
    """The proposal; raises ``InvalidInput`` when no column could name a customer."""
    return _Builder(profiles, given, shape, identity, declared).build()


class _Builder:
    """One proposal in the making."""

    def __init__(
        self,
        profiles: Sequence[ColumnProfile],
        given: Mapping[str, tuple[str, float, str]],
        shape: Shape,
        identity: Identity,
        declared: Mapping[str, Trait],
    ) -> None:
        self.profiles = {one.name: one for one in profiles}
        self.given = given
        self.column = {role: column for column, (role, _, _) in given.items()}
        self.shape = shape
        self.identity = identity
        self.declared = declared
        self.targets: dict[str, str] = {}
        self.assumptions: list[str] = []

    def build(self) -> Proposal:
        """Chooses what a row is, then where each column goes."""
        identifiers = {
            namespace: self._field(role, f"identifiers.{namespace}", text=True)
            for role, namespace in IDENTIFIERS.items()
            if role in self.column
        }
        if not identifiers:
            raise InvalidInput(
                "no column that could name a customer",
                where=self.shape.file,
                hint="write sources/NAME.yaml by hand and say under identifiers which column it is",
            )
        if self.is_purchase or ("event" in self.column and "time" in self.column):
            source = self._track(identifiers)
        else:
            source = self._identify(identifiers)
        traits = {name: field for name, field in source.traits.items() if name != CONSENT_TRAIT}
        assumed = [one.assumption for one in self.profiles.values() if one.assumption and one.name in self.targets]
        missing = {name: NAMESPACES[name] for name in identifiers if name in NAMESPACES}
        return Proposal(
            path=self.shape.file,
            source=source,
            columns=[self._column_role(one) for one in self.profiles.values()],
            traits={name: self._trait(name, field) for name, field in traits.items() if name not in self.declared},
            namespaces={name: one for name, one in missing.items() if name not in self.identity.namespaces},
            phone_region=self._phone_region(),
            assumptions=[*self._described(assumed), *self.assumptions],
            rows=max(one.rows for one in self.profiles.values()),
        )

    @property
    def is_purchase(self) -> bool:
        """Whether rows tell of something bought, at a time."""
        if "time" not in self.column:
            return False
        if {"order", "product", "product_name"} & self.column.keys():
            return True
        customer = self.column.get("customer")
        one_row_each = customer is not None and self.profiles[customer].repeats <= 1.0
        return "amount" in self.column and not one_row_each

    @property
    def is_grouped(self) -> bool:
        """Whether rows are lines of orders: they repeat its number, or each has a number and says what was bought."""
        order = self.column.get("order")
        if order is None or not self.is_purchase:
            return False
        one = self.profiles[order]
        return one.repeats > 1.02 or (one.missing == 0 and bool(LINE_NAMES.keys() & self.column.keys()))

    def _described(self, assumed: list[str]) -> list[str]:
        columns = {one.assumption: one.name for one in self.profiles.values()}
        return [f"'{columns[text]}': {text}" for text in assumed]

    def _track(self, identifiers: dict[str, SourceField]) -> Source:
        grouped = self.is_grouped
        time = self._field("time", "time", text=False)
        lines = self._parts(LINE_NAMES, "lines" if grouped else "properties")
        traits = self._traits()
        split = {role for role in ORDER_NAMES if self.column.get(role) in self.shape.varies} if grouped else set()
        properties = self._parts(ORDER_NAMES, "properties", skip=split | {"amount"} if grouped else split)
        lines |= self._parts({role: ORDER_NAMES[role] for role in split - {"amount"}}, "lines")
        totals = self._totals(grouped, lines, properties)
        if not grouped:
            properties |= lines
        totals |= {ORDER_NAMES[role]: _sql_name(self.column[role]) for role in sorted(split & SUMMED)}
        event, rules = self._events()
        self._leftovers(properties, lines if grouped else properties, traits)
        order = self.column.get("order")
        return self._source(
            type="track",
            event=event,
            event_rules=rules,
            group_by=[order] if grouped and order else [],
            message_id=[order] if order and not grouped and self.profiles[order].missing == 0 else [],
            time=time,
            identifiers=identifiers,
            properties=properties,
            lines=lines if grouped else {},
            traits=traits,
            totals=totals,
            require={"no customer": self._known(identifiers)},
        )

    def _identify(self, identifiers: dict[str, SourceField]) -> Source:
        traits = self._traits()
        self._leftovers(traits, traits, traits)
        role = next((role for role in ("updated", "time") if role in self.column), None)
        time = self._field(role, "time", text=False) if role else None
        key = next(iter(identifiers.values())).column
        if time is None:
            self.assumptions.append("no column says when a row was true: the time of loading is taken")
        return self._source(
            type="identify",
            time=time,
            identifiers=identifiers,
            traits=traits,
            message_id=[key] if self.profiles[key].repeats <= 1.0 and self.profiles[key].missing == 0 else [],
            require={"no customer": self._known(identifiers)},
        )

    def _source(self, **parts: Any) -> Source:
        shape = self.shape
        return Source(
            name=shape.name,
            files=[shape.file.rsplit("/", 1)[-1]],
            format=shape.format,  # type: ignore[arg-type]
            encoding=shape.encoding,
            delimiter=shape.delimiter,
            **parts,
        )

    def _known(self, identifiers: Mapping[str, SourceField]) -> str:
        return " OR ".join(f"{_sql_name(field.column)} IS NOT NULL" for field in identifiers.values())

    def _field(self, role: str, target: str, *, text: bool) -> SourceField:
        column = self.column[role]
        self.targets[column] = target
        return SourceField(column=column) if text else _field(self.profiles[column])

    def _parts(self, names: Mapping[str, str], part: str, skip: Collection[str] = ()) -> dict[str, SourceField]:
        """Fields of the roles that are there, under their names in Segment's e-commerce spec."""
        found: dict[str, SourceField] = {}
        for role, name in names.items():
            if role in self.column and role not in skip:
                numeric = role in ("quantity", "price", "amount", "discount", "shipping", "tax")
                found[name] = self._field(role, f"{part}.{name}", text=not numeric)
        return found

    def _traits(self) -> dict[str, SourceField]:
        traits: dict[str, SourceField] = {}
        for role in PERSONAL:
            column = self.column.get(role)
            if column is None:
                continue
            name = CONSENT_TRAIT if role == "consent" else role
            self.targets[column] = f"traits.{name}"
            one = self.profiles[column]
            traits[name] = _field(one, boolean=True) if role == "consent" else self._trait_field(name, one)
            if role == "consent":
                self.assumptions.append(f"'{column}' is taken as consent to marketing: no means opted out")
        return traits

    def _totals(
        self, grouped: bool, lines: dict[str, SourceField], properties: dict[str, SourceField]
    ) -> dict[str, str]:
        """Revenue: the sum of the amounts when they differ from line to line, one of them when they do not."""
        amount = self.column.get("amount")
        price, quantity = lines.get("price"), lines.get("quantity")
        product = ""
        if price and quantity:
            product = f"{_sql_name(quantity.column)} * {_sql_name(price.column)}"
        if amount is None:
            return {"revenue": product} if product else {}
        if not grouped:
            return {}
        field = _field(self.profiles[amount])
        if amount in self.shape.varies or self.profiles[self.column["order"]].repeats <= 1.02:
            self.targets[amount] = "lines.total, summed as properties.revenue"
            lines["total"] = field
            return {"revenue": _sql_name(amount)}
        self.targets[amount] = "properties.revenue"
        self.assumptions.append(f"'{amount}' is the same in all lines of an order: taken as the order's total")
        properties["revenue"] = field
        return {}

    def _leftovers(
        self, per_order: dict[str, SourceField], per_line: dict[str, SourceField], traits: dict[str, SourceField]
    ) -> None:
        """Columns without a role go where their contents vary: by line, by order, or by person."""
        for name, one in self.profiles.items():
            if name in self.targets or one.distinct == 0:
                continue
            key = _key(name)
            if name in self.shape.varies:
                place, part = per_line, "lines"
            elif name in self.shape.personal and per_order is traits:
                place, part = traits, "traits"
            else:
                place, part = per_order, "traits" if per_order is traits else "properties"
            if key not in place:
                place[key] = self._trait_field(key, one) if place is traits else _soft(one)
                self.targets[name] = f"{'properties' if part == 'lines' and per_line is per_order else part}.{key}"

    def _events(self) -> tuple[str, dict[str, str]]:
        column = self.column.get("event")
        if column is not None and self.profiles[column].distinct <= 50:
            self.targets[column] = "event"
            return "Activity", {text: f"{_sql_name(column)} = {_sql_text(text)}" for text in self._event_values(column)}
        minus = next((role for role in ("quantity", "amount") if role in self.column), None)
        if minus is not None and self.profiles[self.column[minus]].negative > 0:
            name = self.column[minus]
            self.assumptions.append(f"rows with a negative '{name}' are refunds (Order Refunded)")
            return "Order Completed", {"Order Refunded": f"{_sql_name(name)} < 0"}
        return "Order Completed", {}

    def _event_values(self, column: str) -> list[str]:
        return self.profiles[column].examples

    def _trait_field(self, name: str, one: ColumnProfile) -> SourceField:
        """A date, and what a declared trait's type asks for, keeps its type although some values are of another one.

        Read as text such a column would be lost as a whole: no value would be of the trait's type.
        """
        declared = self.declared.get(name)
        typed = one.kind in ("date", "timestamp") if declared is None else declared.type != "text"
        if not typed or one.readable >= 1.0 or one.readable < LEAST_SHARE or _is_text(one):
            return _soft(one)
        wrong = max(1, round((1.0 - one.readable) * (one.rows - one.missing)))
        rows = "1 row is" if wrong == 1 else f"{wrong:,} rows are"
        self.assumptions.append(f"'{one.name}': {rows} rejected, for what stands there is no {one.kind}")
        return _field(one)

    def _trait(self, name: str, field: SourceField) -> Trait:
        kind: ColumnType = field.type
        return Trait(type=kind, kind="engagement", purpose="to be stated", sensitive=name in SENSITIVE)

    def _phone_region(self) -> str:
        """The region by the numbers themselves (China's mobiles are unmistakable), then by the headings' language."""
        column = self.column.get("phone")
        if column is None:
            return ""
        numbers = self.profiles[column].examples
        if all(number.startswith(("+", "00")) for number in numbers):
            return ""
        if all(re.fullmatch(r"1[3-9]\d{9}", re.sub(r"\D", "", number)) for number in numbers):
            region = "CN"
        else:
            languages = [match.language for name in self.given for match in [_best(name)] if match]
            common = max(set(languages), key=languages.count, default="")
            region = REGION_BY_LANGUAGE.get(common, "")
        if region and region != self.identity.phone_region:
            self.assumptions.append(
                f"'{column}' has numbers without country code, which seem to be dialled in {region}; "
                f"identity.yaml says {self.identity.phone_region} and would be changed"
            )
            return region
        return ""

    def _column_role(self, one: ColumnProfile) -> ColumnRole:
        role, confidence, why = self.given.get(one.name, ("", 0.0, ""))
        target = self.targets.get(one.name, "")
        if not role:
            confidence = 0.5 if target else 0.0
            why = f"no known heading; {one.why}" if target else f"left out: {one.why}"
        return ColumnRole(column=one.name, role=role, target=target, confidence=confidence, why=why, profile=one)


def _best(name: str) -> Any:
    return max(matches(name).values(), key=lambda match: match.score, default=None)


def _field(one: ColumnProfile, *, boolean: bool = False) -> SourceField:
    kind: Any = "boolean" if boolean else "text" if _is_text(one) else one.kind
    if kind == "text":
        return SourceField(column=one.name)
    decimal: Any = one.decimal if kind in ("number", "integer") else "."
    return SourceField(column=one.name, type=kind, format=one.format, decimal=decimal)


def _soft(one: ColumnProfile) -> SourceField:
    """As ``_field``, but text when some values are of another type: a row is not lost for them."""
    return _field(one) if one.readable >= 1.0 else SourceField(column=one.name)


def _is_text(one: ColumnProfile) -> bool:
    """Whether a column is text, though its values may look like numbers."""
    return one.kind in ("text", "email", "phone") or (one.kind in ("integer", "number") and is_code(one.name))


def _key(name: str) -> str:
    """A column's name as a key of an event: no points, brackets, quotes or blanks.

    >>> _key("Zahlart (neu)")
    'zahlart_neu'
    """
    return "_".join(re.findall(r"\w+", name.lower())) or "column"


def _sql_name(name: str) -> str:
    """A column's name as a rule spells it, quoted only where that is needed.

    >>> _sql_name("Menge"), _sql_name("Bestell-Nr")
    ('Menge', '"Bestell-Nr"')
    """
    return name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) else '"' + name.replace('"', '""') + '"'


def _sql_text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
