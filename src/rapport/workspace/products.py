"""``products/*.yaml``: what can be configured, as modules and rules; a ``.uvl`` file is read as well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal, get_args

from rapport.workspace.definition import Definition
from rapport.workspace.wording import Words

Way = Literal["adaptive", "cosmetic", "collaborative", "transparent"]
"""The four ways to customize; Gilmore and Pine, The Four Faces of Mass Customization, HBR 75(1), 1997."""
WAYS: Final[tuple[Way, ...]] = get_args(Way)
Dimension = Literal["configuration", "features", "fit", "design", "time"]
"""What a group varies: how it is put together, what it can do, its size, its looks, when or how often."""
Around = Literal[
    "", "bundle", "packaging", "packaging_style", "delivery", "repair", "calibration", "financing", "training",
    "enhanced_service", "pricing", "invoicing", "payment_terms",
]  # fmt: skip
"""What a group is around the product; empty: the product itself."""
Choices = dict[str, str | list[str]]
"""Group → the option chosen in it, or all that are chosen in it; an empty list: none."""


class ModuleOption(Definition, frozen=True):
    """One option of a group: a module that can be built in."""

    title: str = ""
    """What people read; empty: its name."""
    titles: Words = {}
    """Language → the title in it."""
    price: float = 0.0
    """What it adds to the price, in the workspace's currency; may be negative."""
    cost: float = 0.0
    """What it costs the company."""
    lead_time: str = ""
    """How long it takes to make or to get: ``5d``; of a configuration the longest counts."""
    stock: int | None = None
    """So many are there; unless said, no end. With none left the option is not offered."""
    digital: bool = False
    """Whether varying it costs nothing, because it is content or software."""
    partner: str = ""
    """Who supplies it; empty: the company itself."""
    common: bool = False
    """Whether it goes into every or nearly every configuration, and so can be built first."""
    offers: list[str] = []
    """Interfaces that it has for others: ``[usb_c, rail_35mm]``."""
    needs: list[str] = []
    """Interfaces of which another chosen option must have each one."""
    attributes: dict[str, str | float | bool] = {}
    """What it is: for limits, needs and likeness."""
    content: dict[str, str | float | bool] = {}
    """What a page needs to show it, such as a picture."""
    groups: dict[str, ModuleGroup] = {}
    """What is chosen further once it is chosen."""


class ModuleGroup(Definition, frozen=True):
    """One place in the product for which options are chosen."""

    title: str = ""
    """What people read; empty: its name."""
    titles: Words = {}
    """Language → the title in it."""
    dimension: Dimension = "configuration"
    """What it varies."""
    around: Around = ""
    """Which service around the product it is; empty: the product itself. An option ``none`` of a service promises
    nothing in a quote."""
    least: int = 1
    """So many of its options must be chosen."""
    most: int = 1
    """So many of its options may be chosen; 0: all of them."""
    options: dict[str, ModuleOption] = {}
    """What can be chosen, in the order that people see."""


class ProductRule(Definition, frozen=True):
    """What goes together and what does not; exactly one of ``then`` (with ``when``) and ``never``."""

    says: str = ""
    """The rule as a sentence that a customer can read."""
    says_in: Words = {}
    """Language → the sentence in it."""
    when: str = "TRUE"
    """A condition over groups: ``glass = 'triple' AND frame IN ('oak', 'pine')``."""
    then: str = ""
    """What must hold whenever ``when`` does."""
    never: str = ""
    """What must never hold."""


class ProductTable(Definition, frozen=True):
    """Combinations, from a CSV file beside the product or written out: a column a group in which one is chosen."""

    file: str = ""
    """The file, from the folder of the product: ``tables/fits.csv``; its first line names the groups. Columns are
    separated by commas, semicolons or tabs."""
    columns: list[str] = []
    """The groups, where the rows are written out."""
    rows: list[list[str]] = []
    """The combinations, written out: ``[[oak, triple], [pine, double]]``."""
    says: str = ""
    """The table as a sentence that a customer can read."""
    says_in: Words = {}
    """Language → the sentence in it."""
    allows: bool = True
    """Whether only the rows are allowed; false: all but the rows. An empty cell stands for any option or none."""


class ProductLimit(Definition, frozen=True):
    """A bound on the sum of a number over the chosen options."""

    sum: str
    """The attribute that is summed; a chosen option without it counts as 0."""
    says: str = ""
    """The limit as a sentence that a customer can read."""
    says_in: Words = {}
    """Language → the sentence in it."""
    at_most: float | None = None
    """The sum is not above this."""
    at_least: float | None = None
    """The sum is not below this."""
    when: str = "TRUE"
    """The limit holds only where this condition does: ``supply = 'w450'``."""


class Bundle(Definition, frozen=True):
    """What choosing several things together adds to the price: a discount is negative."""

    when: str
    """The condition over groups under which it holds."""
    price: float
    """What it adds to the price, in the workspace's currency."""
    title: str = ""
    """What people read on the bill."""
    titles: Words = {}
    """Language → the title in it."""


class QuantityPrice(Definition, frozen=True):
    """From a number of pieces on, a share off the price of each."""

    pieces: int
    """From so many pieces."""
    off: float
    """Share of the price that is taken off each: ``0.05``."""


class ReadyVariant(Definition, frozen=True):
    """A configuration that stands ready, to start from or to take as it is."""

    title: str = ""
    """What people read; empty: its name."""
    titles: Words = {}
    """Language → the title in it."""
    choices: Choices = {}
    """The option of each group; what is not said is completed."""
    approved: list[str] = []
    """Only for these accounts; empty: for everybody."""
    designer: str = ""
    """The identifier of the customer whose design it is, who is credited: ``userId:u17``."""


class Product(Definition, frozen=True):
    """One product that is configured, in ``products/NAME.yaml``."""

    name: str = ""
    """How commands and reports call it; empty: the file's name."""
    title: str = ""
    """What people read; empty: its name."""
    titles: Words = {}
    """Language → the title in it."""
    way: Way = "collaborative"
    """Which of the four ways to customize it follows."""
    price: float = 0.0
    """What it costs before any option is chosen, in the workspace's currency."""
    cost: float = 0.0
    """What it costs the company before any option is chosen."""
    uvl: str = ""
    """The model in UVL, in place of groups, rules, tables, limits and bundles: a file beside the product, ``car.uvl``,
    or the text itself."""
    groups: dict[str, ModuleGroup] = {}
    """What is chosen."""
    rules: dict[str, ProductRule] = {}
    """What goes together and what does not."""
    tables: dict[str, ProductTable] = {}
    """Combinations from CSV files."""
    limits: dict[str, ProductLimit] = {}
    """Bounds on sums."""
    bundles: dict[str, Bundle] = {}
    """Prices of combinations."""
    quantities: list[QuantityPrice] = []
    """Quantity prices for business buyers, in rising order of pieces."""
    standard: Choices = {}
    """The standard product, one step away at any point; what is not said is completed at the lowest price."""
    variants: dict[str, ReadyVariant] = {}
    """Name → a configuration that stands ready."""
    shown_max: int = 7
    """So many options of a group are shown at once, the rest one step behind."""
    lean_value: float = 0.0
    """What is filled in for the customer: from 0, the most probable options, to 1, the most valuable ones."""
    wrong_default: float = 3.0
    """How many times a wrong default costs what a question costs: an option is filled in unasked where it is so sure
    that this pays, from 3 in 4 on unless said."""


def every_group(
    groups: Mapping[str, ModuleGroup], above: tuple[str, str] | None = None
) -> Iterator[tuple[str, ModuleGroup, tuple[str, str] | None]]:
    """All groups, nested ones too: name, group, and the group and option that it stands under."""
    for name, group in groups.items():
        yield name, group, above
        for option_name, option in group.options.items():
            yield from every_group(option.groups, (name, option_name))
