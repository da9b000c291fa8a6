"""What a file of text is written in: its encoding, and for CSV its delimiter."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections import Counter
from pathlib import Path

import msgspec

from rapport.core.errors import InvalidInput

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BLOCK = 1 << 20
_BLOCKS_MAX = 64
_SAMPLE_BYTES = 256 * 1024
_DELIMITERS = ",;\t|"
_WORD = re.compile(r"[^\s\x00-\x40\x5b-\x60\x7b-\x7f]+")
"""Letters and whatever is not ASCII, as long as nothing cuts it."""
COMMON_HANZI_SHARE = 0.7
"""Least share of everyday Chinese characters (GB 2312, level 1) for bytes to be taken as GB 18030."""


class TextForm(msgspec.Struct, frozen=True):
    """How a text file is to be read, and why we think so."""

    encoding: str
    delimiter: str = ","
    why: str = ""


def format_of(path: Path) -> str:
    """``parquet``, ``jsonl`` or ``csv``, by the file's first bytes, then by its name.

    Raises ``InvalidInput`` for what is none of the three.
    """
    with path.open("rb") as stream:
        head = stream.read(4096)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise InvalidInput("a spreadsheet, not a table of text", where=str(path), hint="save it as CSV and load that")
    if head.startswith(b"\x1f\x8b"):
        raise InvalidInput("a gzip archive", where=str(path), hint="unpack it first: gunzip")
    if path.suffix.lower() in (".jsonl", ".ndjson") or head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return "jsonl"
    return "csv"


def sniff(path: Path) -> TextForm:
    """Encoding and delimiter of a CSV file."""
    encoding, why = sniff_encoding(path)
    text = _head(path, encoding)
    return TextForm(encoding, sniff_delimiter(text), why)


def sniff_encoding(path: Path) -> tuple[str, str]:
    """The encoding of a text file and the evidence: byte-order mark, valid UTF-8, zero bytes, common characters."""
    with path.open("rb") as stream:
        head = stream.read(_SAMPLE_BYTES)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name, "byte-order mark"
    if head[:2000].count(0) > len(head[:2000]) // 5:
        little = head[1:2000:2].count(0) >= head[0:2000:2].count(0)
        return ("utf-16-le" if little else "utf-16-be"), "every second byte is zero"
    sample = _non_ascii_lines(path)
    if not sample:
        return "utf-8", "only ASCII characters"
    if _is_utf8(sample):
        return "utf-8", "valid UTF-8"
    share = _common_hanzi_share(sample)
    if share >= COMMON_HANZI_SHARE:
        return "gb18030", f"{share:.0%} of its two-byte characters are everyday Chinese"
    return _guess(sample)


def _non_ascii_lines(path: Path) -> bytes:
    """Lines that hold bytes beyond ASCII, from the whole file as far as is reasonable."""
    found = bytearray()
    with path.open("rb") as stream:
        for _ in range(_BLOCKS_MAX):
            block = stream.read(_BLOCK)
            if not block or len(found) > _SAMPLE_BYTES:
                break
            if not block.isascii():
                block += stream.readline()
                found += b"".join(line for line in block.splitlines(keepends=True) if not line.isascii())
    return bytes(found[: 2 * _SAMPLE_BYTES])


def _is_utf8(sample: bytes) -> bool:
    """Whether nearly all lines are UTF-8: a damaged line or two does not change what the file is."""
    lines = sample.splitlines()
    good = sum(_decodes(line, "utf-8") for line in lines[:-1] or lines)
    return good >= 0.9 * len(lines[:-1] or lines)


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _common_hanzi_share(sample: bytes) -> float:
    """Share of everyday Chinese among the characters that these bytes would be in GB 18030 (0 when it cannot be)."""
    lines = [line for line in sample.splitlines() if _decodes(line, "gb18030")]
    if len(lines) < 0.9 * len(sample.splitlines()):
        return 0.0
    wide = [char for line in lines for char in line.decode("gb18030") if ord(char) > 0x7F]
    common = sum(1 for char in wide if _is_common(char))
    return common / len(wide) if wide else 0.0


def _is_common(char: str) -> bool:
    encoded = char.encode("gb18030")
    return len(encoded) == 2 and (0xB0 <= encoded[0] <= 0xD7 or encoded[0] in (0xA1, 0xA3)) and encoded[1] >= 0xA1


def _european(sample: bytes) -> str | None:
    """The Windows code page in which the words are of letters of one script; the Western one when several are.

    >>> _european("Zażółć gęślą jaźń".encode("cp1250")), _european("Привет, мир".encode("cp1251"))
    ('cp1250', 'cp1251')
    """
    for encoding in ("cp1252", "cp1250", "cp1251", "cp1253"):
        found = (_letters(word) for word in _WORD.findall(sample.decode(encoding, errors="replace")))
        words = [word for word in found if not word.isascii()]
        accented = sum(not char.isascii() for word in words for char in word)
        latin = unicodedata.name("".join(words)[:1] or "a").startswith("LATIN")
        if latin and accented > 0.7 * len("".join(words)):
            continue
        if sum(map(_is_whole, words)) >= 0.8 * len(words):
            return encoding
    return None


def _letters(word: str) -> str:
    """A word without the signs at its ends.

    >>> _letters("25°"), _letters("«Été»")
    ('', 'Été')
    """
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", word)


def _is_whole(word: str) -> bool:
    """Letters of one script, their case as words have it."""
    scripts = {unicodedata.name(char, "?").split()[0] for char in word}
    return len(scripts) == 1 and word.isalpha() and (word.islower() or word.isupper() or word.istitle())


def _guess(sample: bytes) -> tuple[str, str]:
    page = _european(sample)
    if page is not None:
        return page, "its words are whole in that code page"
    from charset_normalizer import from_bytes  # noqa: PLC0415 - only for files that nothing simpler explains

    best = from_bytes(sample[:_SAMPLE_BYTES]).best()
    encoding = best.encoding if best is not None else "cp1252"
    return encoding, "the most plausible text among the known encodings"


def _head(path: Path, encoding: str) -> str:
    with path.open("rb") as stream:
        head = stream.read(_SAMPLE_BYTES)
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)(errors="replace")
    return decoder.decode(head)


def sniff_delimiter(text: str) -> str:
    r"""The character that cuts most lines into the same number of fields, more than one.

    >>> sniff_delimiter('a;b\n1,5;2\n2,5;3\n')
    ';'
    """
    scores: dict[str, float] = {}
    for delimiter in _DELIMITERS:
        widths = Counter(len(row) for row in _rows(text, delimiter) if row)
        if widths:
            width, rows = max(widths.items(), key=lambda item: (item[0] > 1, item[1]))
            scores[delimiter] = rows / widths.total() + 0.01 * min(width, 20) if width > 1 else 0.0
    best = max(scores, key=scores.__getitem__, default=",")
    return best if scores.get(best) else ","


def _rows(text: str, delimiter: str) -> list[list[str]]:
    """The first rows, without the last one, which the sample may have cut."""
    rows = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(row)
            if len(rows) > 500:
                break
    except csv.Error:
        return rows
    return rows[:-1] if len(rows) > 2 else rows
