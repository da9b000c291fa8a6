"""What columns are called, in English, German, French, Spanish and Chinese: role → language → names.

A new language is one more key in each role; a new role is one more entry, and a line in ``propose`` where it goes.
What no entry spells is read by its parts: ``cust_ref``, ``bestell_no`` and ``unit_gbp`` need no entries of their own.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple
from unicodedata import combining, normalize

REGION_BY_LANGUAGE: Final = {"zh": "CN", "de": "DE", "fr": "FR", "es": "ES"}
"""Where telephone numbers without a country code are likely to be dialled, by the language of the headings."""

NAMES: Final[dict[str, dict[str, str]]] = {
    "customer": {
        "en": "customer id|customer no|customer number|customer|customer key|client id|client|user id|user|member id|"
        "member no|member|household id|household key|account id|account no|buyer id|shopper id|cust id|customer code",
        "de": "kunde|kundennr|kundennummer|kunden id|kunden nr|mitglied|mitgliedsnummer|kdnr|benutzer id|kontonummer",
        "fr": "client|id client|numero client|num client|code client|no client|n client|adherent",
        "es": "cliente|id cliente|numero cliente|codigo cliente|no cliente|socio",
        "zh": "客户编号|客户号|客户id|客户代码|会员号|会员编号|会员id|用户id|用户编号|用户号|顾客编号|买家id|客户",
    },
    "anonymous": {
        "en": "anonymous id|visitor id|cookie|cookie id|device id|session id",
        "de": "besucher id",
        "fr": "id visiteur",
        "es": "id visitante",
        "zh": "访客id|设备号|匿名id",
    },
    "card": {
        "en": "loyalty card|loyalty card no|card no|card number|loyalty id",
        "de": "kundenkarte|kartennummer|kundenkartennr|karten nr",
        "fr": "carte fidelite|numero carte|carte",
        "es": "tarjeta|numero tarjeta|tarjeta fidelidad",
        "zh": "卡号|会员卡号|会员卡",
    },
    "email": {
        "en": "email|e mail|mail|email address|customer email",
        "de": "email adresse|e mail adresse|mailadresse",
        "fr": "courriel|adresse email|adresse mail|adresse electronique",
        "es": "correo|correo electronico",
        "zh": "邮箱|电子邮箱|电子邮件|邮件",
    },
    "phone": {
        "en": "phone|phone number|mobile|mobile phone|telephone|tel|cell|cell phone|mobile number",
        "de": "telefon|telefonnummer|handy|handynummer|mobil|mobilnummer|rufnummer",
        "fr": "telephone|portable|numero telephone|tel portable",
        "es": "telefono|movil|celular|numero telefono",
        "zh": "手机|手机号|手机号码|电话|电话号码|联系电话|移动电话",
    },
    "order": {
        "en": "order id|order no|order number|order|invoice|invoice no|invoice number|invoice id|basket id|receipt|"
        "receipt no|transaction id|ticket no|order ref|sales order",
        "de": "bestellnr|bestellnummer|bestell nr|auftrag|auftragsnr|auftragsnummer|rechnung|rechnungsnr|"
        "rechnungsnummer|belegnr|belegnummer|bonnr|bon|bestellung",
        "fr": "commande|numero commande|num commande|no commande|facture|numero facture|id commande|n commande",
        "es": "pedido|numero pedido|id pedido|factura|numero factura|no pedido|orden",
        "zh": "订单号|订单编号|订单id|单号|发票号|交易号|流水号|小票号|订单|订单号码",
    },
    "time": {
        "en": "date|time|datetime|timestamp|order date|invoice date|created at|created|purchase date|sale date|"
        "order time|transaction date|transaction timestamp|event time|event date|ordered at|date time|occurred at",
        "de": "datum|zeit|zeitpunkt|bestelldatum|rechnungsdatum|kaufdatum|auftragsdatum|belegdatum|zeitstempel|"
        "datum zeit|verkaufsdatum",
        "fr": "date commande|date achat|date facture|horodatage|date de commande|heure",
        "es": "fecha|fecha pedido|fecha compra|fecha factura|fecha hora|fecha de compra",
        "zh": "日期|时间|下单时间|订单日期|订单时间|购买日期|购买时间|交易时间|交易日期|下单日期|成交时间|支付时间",
    },
    "updated": {
        "en": "updated at|updated|last modified|signup date|registered at|registration date|member since|joined",
        "de": "geaendert am|registriert am|kunde seit|anmeldedatum|registrierungsdatum",
        "fr": "date inscription|modifie le|client depuis",
        "es": "fecha alta|fecha registro|actualizado",
        "zh": "注册时间|注册日期|更新时间|入会时间|入会日期",
    },
    "product": {
        "en": "product id|product code|product no|sku|stock code|item id|item no|item code|article no|ean|upc|gtin|"
        "asin",
        "de": "artikelnr|artikelnummer|artikel nr|produktnr|produkt id|produktnummer|artikel id|art nr",
        "fr": "reference|ref|code article|id produit|code produit|reference produit|ref produit",
        "es": "codigo producto|id producto|referencia|codigo articulo",
        "zh": "商品编号|商品编码|商品id|产品编号|产品编码|货号|商品代码|产品id|条码",
    },
    "product_name": {
        "en": "product name|product|item|item name|description|descr|product title|product description|article|title",
        "de": "artikel|artikelbezeichnung|bezeichnung|produkt|produktname|artikelname|beschreibung",
        "fr": "produit|designation|libelle|nom produit|libelle article|article",
        "es": "producto|articulo|descripcion|nombre producto|nombre del producto",
        "zh": "商品|商品名称|商品名|产品|产品名称|品名|物品",
    },
    "category": {
        "en": "category|product category|department|product group|product type",
        "de": "kategorie|warengruppe|produktgruppe|abteilung",
        "fr": "categorie|rayon|famille",
        "es": "categoria|departamento|familia",
        "zh": "类别|品类|分类|商品类别|商品分类|种类",
    },
    "brand": {"en": "brand|manufacturer", "de": "marke|hersteller", "fr": "marque", "es": "marca", "zh": "品牌"},
    "variant": {
        "en": "variant|size|colour|color",
        "de": "variante|groesse|farbe",
        "fr": "variante|taille|couleur",
        "es": "variante|talla|color",
        "zh": "规格|型号|颜色|尺码",
    },
    "quantity": {
        "en": "quantity|qty|units|count|pieces|items",
        "de": "menge|anzahl|stueck|stueckzahl",
        "fr": "quantite|qte|nombre",
        "es": "cantidad|unidades|cant",
        "zh": "数量|件数|购买数量",
    },
    "price": {
        "en": "price|unit price|item price|price each|list price",
        "de": "preis|einzelpreis|stueckpreis|e preis|verkaufspreis|preis pro stueck|vk preis",
        "fr": "prix|prix unitaire|pu|prix unit|pu ht|pu ttc",
        "es": "precio|precio unitario",
        "zh": "单价|价格|售价|商品单价",
    },
    "amount": {
        "en": "amount|total|revenue|line total|sales|sales value|order total|order value|net amount|gross amount|"
        "grand total|turnover|spend|total price|subtotal|sum",
        "de": "betrag|summe|netto|gesamt|gesamtbetrag|umsatz|gesamtpreis|nettobetrag|bruttobetrag|"
        "gesamtsumme|rechnungsbetrag",
        "fr": "montant|total ttc|total ht|montant total|prix total|montant ttc|chiffre affaires",
        "es": "importe|importe total|monto|total compra|venta|ventas|precio total",
        "zh": "金额|总额|总价|实付金额|订单金额|消费金额|支付金额|总金额|销售额|实付|应付金额",
    },
    "discount": {
        "en": "discount|discount amount|retail disc",
        "de": "rabatt|nachlass",
        "fr": "remise|reduction",
        "es": "descuento",
        "zh": "折扣|优惠|优惠金额|折扣金额",
    },
    "shipping": {
        "en": "shipping|shipping cost|freight|delivery fee",
        "de": "versand|versandkosten|porto",
        "fr": "livraison|frais de port",
        "es": "envio|gastos envio",
        "zh": "运费|邮费",
    },
    "tax": {
        "en": "tax|vat|sales tax",
        "de": "mwst|ust|steuer",
        "fr": "tva|taxe",
        "es": "iva|impuesto",
        "zh": "税|税额|税费",
    },
    "currency": {"en": "currency", "de": "waehrung", "fr": "devise|monnaie", "es": "moneda|divisa", "zh": "币种|货币"},
    "coupon": {
        "en": "coupon|coupon code|voucher|promo code|promo",
        "de": "gutschein|gutscheincode",
        "fr": "code promo|bon de reduction",
        "es": "cupon|codigo promocional",
        "zh": "优惠券|优惠码|券号",
    },
    "channel": {
        "en": "channel|store|store id|shop|branch|sales channel|outlet",
        "de": "kanal|filiale|laden|vertriebskanal|geschaeft",
        "fr": "magasin|canal|boutique|point de vente",
        "es": "tienda|canal|sucursal",
        "zh": "渠道|门店|店铺|店名|分店",
    },
    "status": {
        "en": "status|order status",
        "de": "bestellstatus",
        "fr": "statut|etat",
        "es": "estado",
        "zh": "状态|订单状态",
    },
    "event": {
        "en": "event|event name|action|activity|event type",
        "de": "ereignis|aktion|aktivitaet",
        "fr": "evenement|action",
        "es": "evento|accion",
        "zh": "事件|行为|操作|动作|事件名称",
    },
    "first_name": {
        "en": "first name|firstname|given name|forename",
        "de": "vorname",
        "fr": "prenom",
        "es": "nombre de pila",
        "zh": "名",
    },
    "last_name": {
        "en": "last name|lastname|surname|family name",
        "de": "nachname|familienname",
        "fr": "nom de famille|nom",
        "es": "apellido|apellidos",
        "zh": "姓|姓氏",
    },
    "name": {
        "en": "name|full name|customer name|contact name",
        "de": "kundenname|vollstaendiger name",
        "fr": "nom complet|nom client",
        "es": "nombre|nombre cliente|nombre completo",
        "zh": "姓名|客户姓名|客户名称|会员姓名|用户名|昵称|收货人|客户名",
    },
    "gender": {
        "en": "gender|sex",
        "de": "geschlecht|anrede",
        "fr": "sexe|genre|civilite",
        "es": "sexo|genero",
        "zh": "性别",
    },
    "birthday": {
        "en": "birthday|birth date|date of birth|dob|birthdate",
        "de": "geburtsdatum|geburtstag|geb datum",
        "fr": "date de naissance|naissance|date naissance",
        "es": "fecha de nacimiento|nacimiento|fecha nacimiento",
        "zh": "生日|出生日期",
    },
    "age": {
        "en": "age|age group|age band",
        "de": "alter|altersgruppe",
        "fr": "age|tranche age",
        "es": "edad",
        "zh": "年龄|年龄段",
    },
    "income": {
        "en": "income|salary|income band",
        "de": "einkommen",
        "fr": "revenu|revenus",
        "es": "ingresos|renta",
        "zh": "收入|月收入|年收入",
    },
    "marital_status": {
        "en": "marital status|marital",
        "de": "familienstand",
        "fr": "situation familiale",
        "es": "estado civil",
        "zh": "婚姻状况|婚否|婚姻",
    },
    "occupation": {
        "en": "occupation|job|profession",
        "de": "beruf",
        "fr": "profession|metier",
        "es": "profesion|ocupacion",
        "zh": "职业",
    },
    "household_size": {
        "en": "household size|family size|kids|children|kids count",
        "de": "haushaltsgroesse|kinder",
        "fr": "taille du foyer|enfants",
        "es": "hijos|miembros hogar",
        "zh": "家庭人数|子女|孩子数",
    },
    "education": {
        "en": "education",
        "de": "bildung",
        "fr": "etudes",
        "es": "educacion|estudios",
        "zh": "学历|教育程度",
    },
    "language": {"en": "language|locale", "de": "sprache", "fr": "langue", "es": "idioma", "zh": "语言"},
    "city": {
        "en": "city|town",
        "de": "stadt|ort|wohnort",
        "fr": "ville|commune",
        "es": "ciudad|localidad",
        "zh": "城市|所在城市|市",
    },
    "region": {
        "en": "state|region|province|county",
        "de": "bundesland",
        "fr": "region|departement",
        "es": "provincia|comunidad",
        "zh": "省|省份|地区|所在省份|区域",
    },
    "country": {
        "en": "country|country code",
        "de": "land|laendercode",
        "fr": "pays",
        "es": "pais",
        "zh": "国家|国家地区",
    },
    "postcode": {
        "en": "postcode|postal code|zip|zip code",
        "de": "plz|postleitzahl",
        "fr": "code postal|cp",
        "es": "codigo postal",
        "zh": "邮编|邮政编码",
    },
    "address": {
        "en": "address|street|street address",
        "de": "adresse|strasse|anschrift",
        "fr": "adresse|rue",
        "es": "direccion|calle",
        "zh": "地址|详细地址|收货地址",
    },
    "consent": {
        "en": "newsletter|marketing consent|opt in|email opt in|marketing|accepts marketing|subscribed",
        "de": "einwilligung|werbung|newsletter abonniert|werbeeinwilligung",
        "fr": "abonne newsletter|consentement|optin",
        "es": "acepta publicidad|boletin|consentimiento",
        "zh": "订阅|接受营销|营销同意|是否订阅",
    },
}


NUMBERED: Final = frozenset({"ref", "no", "nr", "id", "number", "num", "numero", "nummer", "code", "key"})
"""Words that make the number of a thing of its name."""
NOUNS: Final[dict[str, frozenset[str]]] = {
    "customer": frozenset({
        "cust", "customer", "client", "cliente", "kund", "kunde", "kundin", "kunden", "klant", "acheteur", "buyer",
    }),
    "order": frozenset({
        "basket", "beleg", "bon", "order", "bestell", "bestellung", "bestelling", "rechnung", "rechnungs", "invoice",
        "ticket", "receipt", "commande", "facture", "pedido", "auftrag", "auftrags",
    }),
}  # fmt: skip
_CODES: Final = {"postcode": 0.5, "phone": 0.75, "card": 0.75}
"""Roles whose digits are no numbers, and how well a heading has to name them: ``phone calls`` are a number."""
_CODE_ENDINGS: Final = (["id"], ["code"], ["nr"], ["nummer"], ["ref"])
CURRENCIES: Final = {
    "gbp": "GBP", "eur": "EUR", "euro": "EUR", "euros": "EUR", "usd": "USD", "cny": "CNY", "rmb": "CNY", "chf": "CHF",
    "jpy": "JPY", "sek": "SEK", "dkk": "DKK", "nok": "NOK", "pln": "PLN", "aud": "AUD", "cad": "CAD", "£": "GBP",
    "€": "EUR", "¥": "CNY", "￥": "CNY", "元": "CNY",
}  # fmt: skip
"""Words and signs of currencies → ISO 4217."""
_MONEY: Final = ("price", "amount", "discount", "shipping", "tax")
_NUMBER_SCORE, _BARE_SCORE, _MONEY_SCORE = 0.95, 0.7, 0.97
UNCERTAIN: Final = 0.9 * _BARE_SCORE + 0.05
"""Most that a heading counts for which only names a thing, such as ``basket``: its contents have to bear it out."""


class NameMatch(NamedTuple):
    """How well a heading names a role (0–1), in which language, and by which word."""

    score: float
    language: str
    word: str


def plain(name: str) -> str:
    """A heading in lower case, words apart, without accents or punctuation.

    >>> plain("CustomerID"), plain("Stück-Preis (€)"), plain("客户编号")
    ('customer id', 'stueck preis', '客户编号')
    """
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    text = text.lower().translate({0xE4: "ae", 0xF6: "oe", 0xFC: "ue", 0xDF: "ss"})
    text = "".join(char for char in normalize("NFKD", text) if not combining(char))
    return " ".join(re.findall(r"[^\W_]+", text))


@cache
def _words() -> list[tuple[str, str, str]]:
    return [
        (plain(word), language, role)
        for role, languages in NAMES.items()
        for language, words in languages.items()
        for word in words.split("|")
    ]


def matches(name: str) -> dict[str, NameMatch]:
    """Role → how well a heading names it.

    >>> matches("Bestell-Nr.")["order"]
    NameMatch(score=1.0, language='de', word='bestellnr')
    """
    heading = plain(name)
    joined = heading.replace(" ", "")
    found: dict[str, NameMatch] = {}
    for word, language, role in _words():
        score = _score(heading, joined, word)
        if score and score > found.get(role, NameMatch(0.0, "", "")).score:
            found[role] = NameMatch(score, language, word)
    for role, match in _by_parts(heading).items():
        if role not in found or match.score > found[role].score:
            found[role] = match
    return found


def is_code(name: str) -> bool:
    """Whether a heading names digits that are no number, such as a postcode: their first zeros count.

    >>> [is_code(name) for name in ("PLZ", "Liefer-PLZ", "ZipCode", "Phone 2", "shop_id", "phone calls", "orders")]
    [True, True, True, True, True, False, False]
    """
    named = matches(name)
    return plain(name).split()[-1:] in _CODE_ENDINGS or any(
        role in named and named[role].score >= least for role, least in _CODES.items()
    )


def currency(text: str) -> str:
    """The currency that a heading or a value names, by ISO 4217; else empty.

    >>> currency("unit_gbp"), currency("Preis (€)"), currency("total")
    ('GBP', 'EUR', '')
    """
    parts = [*plain(text).split(), *(char for char in text if char in CURRENCIES)]
    return next((CURRENCIES[part] for part in parts if part in CURRENCIES), "")


def _by_parts(heading: str) -> dict[str, NameMatch]:
    """Role → how well the words of a heading name it together, when each of them is known.

    >>> _by_parts("cust ref")["customer"].score, _by_parts("orderno")["order"].score, _by_parts("order date")
    (0.95, 0.95, {})
    """
    words = heading.split()
    found: dict[str, NameMatch] = {}
    for role, nouns in NOUNS.items():
        rest = [part for word in words for part in _parted(word, nouns) if part not in NUMBERED]
        if rest and set(rest) <= nouns:
            numbered = len(words) > len(rest) or words[0] not in nouns
            found[role] = NameMatch(_NUMBER_SCORE if numbered else _BARE_SCORE, "parts", heading)
    bare = " ".join(word for word in words if word not in CURRENCIES)
    if bare and bare != heading:
        spelt = "unit price" if bare in ("unit", "each") else bare
        named = {role: match for role, match in matches(spelt).items() if role in _MONEY}
        found |= {role: match._replace(score=_MONEY_SCORE * match.score) for role, match in named.items()}
    return found


def _parted(word: str, nouns: frozenset[str]) -> list[str]:
    """A word as noun and number when it is both run together, else as it is."""
    whole = next((noun for noun in nouns if word.startswith(noun) and word[len(noun) :] in NUMBERED), "")
    return [whole, word[len(whole) :]] if whole else [word]


def _score(heading: str, joined: str, word: str) -> float:
    bare = word.replace(" ", "")
    if joined == bare:
        return 1.0
    if word.isascii():
        inside = f" {heading} ".find(f" {word} ") >= 0
        return 0.55 + 0.35 * len(bare) / len(joined) if inside and len(bare) > 1 else 0.0
    return 0.55 + 0.35 * len(bare) / len(joined) if len(bare) > 1 and bare in joined else 0.0
