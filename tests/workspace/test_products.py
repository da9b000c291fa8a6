"""What ``rapport check`` says of ``products/*.yaml`` and the files beside them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from rapport.workspace import check, read
from rapport.workspace.reading import version

SOUND = """
groups:
  frame: {options: {oak: {attributes: {watts: 3}}, pine: {}}}
  glass: {options: {double: {}, triple: {price: 20}}}
  extras: {least: 0, most: 0, options: {lamp: {groups: {colour: {options: {red: {}, blue: {}}}}}, lock: {}}}
"""


def workspace(root: Path, product: str, files: dict[str, str] | None = None) -> Path:
    texts = {"rapport.yaml": "name: Shop\n", "products/door.yaml": product, **(files or {})}
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def found(root: Path, product: str, files: dict[str, str] | None = None) -> list[str]:
    return [str(finding) for finding in check(workspace(root, product, files))]


def below_sound(text: str) -> str:
    return f"{SOUND.strip()}\n{text}\n"


@pytest.mark.parametrize(
    ("product", "finding"),
    [
        ("price: 3\n", "door.yaml:1:1: nothing can be chosen"),
        ("name: a/b\nuvl: x\n", "'a/b' is no name of a product"),
        ("groups: {g: {options: {}}}\n", "door.yaml:1:10: the group 'g' has no options"),
        ("groups: {g: {least: 3, options: {a: {}, b: {}}}}\n", "door.yaml:1:21: 3 of 2 options must be chosen"),
        ("groups: {g: {least: -1, options: {a: {}}}}\n", "door.yaml:1:21: -1 options at least"),
        ("groups: {g: {most: 3, options: {a: {}, b: {}}}}\n", "at most 3 of 2 options: write 0 for all"),
        ("groups: {g: {least: 2, options: {a: {}, b: {}}}}\n", "at least 2 and at most 1"),
        ("groups: {g: {options: {a: {price: .nan}}}}\n", "door.yaml:1:35: nan is no amount"),
        ("groups: {g: {options: {a: {cost: -.inf}}}}\n", "-inf is no amount"),
        ("groups: {g: {options: {a: {price: 1e30}}}}\n", "1e+30 is no amount"),
        ("groups: {g: {options: {a: {price: 5e11}, b: {price: -5e11}}}}\n", "the prices add up to more than can be"),
        ("groups: {g: {options: {a: {stock: -1}}}}\n", "-1 in stock"),
        ("groups: {g: {options: {a: {lead_time: soon}}}}\n", "'soon' is no length of time"),
        ("groups: {g: {options: {a: {attributes: {x: .inf}}}}}\n", "inf is no number"),
        ("groups: {g: {options: {' a': {}}}}\n", "' a' is no name of an option"),
        ("groups: {g=h: {options: {a: {}}}}\n", "'g=h' is no name of a group"),
        ("groups: {g: {options: {a: {titles: {xx: A}}}}}\n", "a product is not told in 'xx'"),
        ("groups: {g: {options: {a: {groups: {g: {options: {b: {}}}}}}}}\n", "the group 'g' is already in products/"),
        ("groups: {g: {options: {\u00e9: {}, e\u0301: {}}}}\n", "two options read 'e\u0301'"),
        ("groups: {g: {options: {a: {needs: [rail]}}}}\n", "no other option offers 'rail': add offers: [rail]"),
        ("groups: {g: {options: {a: {needs: [rail], offers: [rail]}}}}\n", "no other option offers 'rail'"),
        ("groups: {g: {options: {a: {needs: [rial]}, b: {offers: [rail]}}}}\n", "did you mean 'rail'?"),
        ("groups: &all {g: {options: {a: {groups: *all}}}}\n", "door.yaml:1:9: not YAML: an alias contains itself"),
        ("uvl: features\ngroups: {g: {options: {a: {}}}}\n", "this stands beside a model in UVL"),
        ("uvl: door.uvl\n", "there is no file 'door.uvl' in products/"),
    ],
)  # fmt: skip
def test_a_faulty_group_or_option_is_told_with_its_place(tmp_path: Path, product: str, finding: str) -> None:
    assert any(finding in one for one in found(tmp_path, product)), found(tmp_path, product)


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("rules: {r: {when: \"glass = 'triple'\"}}", "door.yaml:5:9: one of then and never is needed"),
        ("rules: {r: {then: 'TRUE', never: 'FALSE'}}", "one of then and never is needed"),
        ("rules: {r: {never: \"glas = 'triple'\"}}", "door.yaml:5:21: unknown group 'glas', at character 1"),
        ("rules: {r: {never: \"glass = 'tripple'\"}}", "has no option 'tripple', at character 9"),
        ("rules: {r: {never: glass > 3}}", "is no condition over groups"),
        ("rules: {r: {never: \"glass = 'triple\"}}", "a quotation mark or comment is not closed"),
        ("rules: {r: {never: 'FALSE', says_in: {xx: no}}}", "a product is not told in 'xx'"),
        ("tables: {t: {}}", "door.yaml:5:10: a table without combinations"),
        ("tables: {t: {columns: [frame, glas], rows: [[oak, double]]}}", "door.yaml:5:31: unknown group 'glas'"),
        ("tables: {t: {columns: [frame], rows: [[oak], [ook]]}}", "door.yaml:5:47: the group 'frame' has no option"),
        ("tables: {t: {columns: [frame, glass], rows: [[oak]]}}", "1 cells, but 2 columns"),
        ("tables: {t: {columns: [frame], rows: [[oak], [oak]]}}", "the same combination as in row 1"),
        ("tables: {t: {columns: [frame]}}", "no combination"),
        ("tables: {t: {columns: [frame, frame], rows: [[oak, oak]]}}", "the column 'frame' is given twice"),
        ("tables: {t: {columns: [extras], rows: [[lamp]]}}", "the group 'extras' takes several options"),
        ("tables: {t: {file: fits.csv}}", "door.yaml:5:20: there is no file 'fits.csv' in products/"),
        ("tables: {t: {file: ../rapport.yaml}}", "'../rapport.yaml' lies outside products/"),
        ("tables: {t: {file: /etc/hosts}}", "'/etc/hosts' lies outside products/"),
        ("tables: {t: {file: door.yaml}}", "'door.yaml' is no .csv file"),
        ("tables: {t: {file: fits.csv, columns: [frame]}}", "combinations from a file and written out"),
        ("limits: {l: {sum: watts}}", "a limit that bounds nothing"),
        ("limits: {l: {sum: wats, at_most: 3}}", "no option has an attribute 'wats': did you mean 'watts'?"),
        ("limits: {l: {sum: watts, at_most: 3, at_least: 4}}", "at least 4.0 and at most 3.0"),
        ("limits: {l: {sum: watts, at_most: .nan}}", "its bounds must be finite numbers"),
        ("limits: {l: {sum: watts, at_most: 0.12345678}}", "cannot be counted exactly"),
        ("limits: {l: {sum: watts, at_most: 1e12}}", "the sum is more than can be counted exactly"),
        ("limits: {l: {sum: watts, at_most: 3, when: frame}}", "is no condition over groups"),
        ("bundles: {b: {when: \"frame = 'elm'\", price: -5}}", "the group 'frame' has no option 'elm'"),
        ("quantities: [{pieces: 10, off: 0.1}, {pieces: 5, off: 0.2}]", "the pieces do not rise"),
        ("quantities: [{pieces: 10, off: 1.0}]", "1.0 is no share of a price"),
        ("quantities: [{pieces: 0, off: 0.1}]", "0 pieces"),
        ("shown_max: 0", "0 options at once"),
        ("lean_value: 1.5", "1.5 is not between 0 and 1"),
        ("wrong_default: .nan", "nan is no number of questions"),
        ("wrong_default: 0", "0.0 is no number of questions"),
        ("standard: {fram: oak}", "door.yaml:5:12: unknown group 'fram': did you mean 'frame'?"),
        ("standard: {frame: [oak, pine]}", "2 options of 'frame': at most 1 can be chosen"),
        ("standard: {frame: []}", "0 options of 'frame': at least 1 must be"),
        ("standard: {extras: [lock], colour: red}", "'colour' cannot be chosen here: it goes only with extras: lamp"),
        ("standard: {frame: oak, glass: triple}\nrules: {r: {when: \"frame = 'oak'\", never: \"glass = 'triple'\"}}",
         "door.yaml:5:11: this breaks the rule 'r'"),
        ("standard: {frame: oak, glass: triple}\nrules: {r: {when: \"frame = 'oak'\", then: \"glass = 'double'\"}}",
         "this breaks the rule 'r'"),
        ("variants: {v: {}}", "the variant 'v' chooses nothing"),
        ("variants: {v: {choices: {glass: quadruple}}}", "the group 'glass' has no option 'quadruple'"),
        ("variants: {v: {choices: {glass: triple}, approved: [acme]}}", "there is no account 'acme'"),
    ],
)  # fmt: skip
def test_a_faulty_rule_table_limit_or_variant_is_told_with_its_place(tmp_path: Path, text: str, finding: str) -> None:
    said = found(tmp_path, below_sound(text))
    assert any(finding in one for one in said), said


@pytest.mark.parametrize(
    ("table", "finding"),
    [
        ("frame,glass\noak,double\npine,tripel\n", "products/fits.csv:3:6: the group 'glass' has no option 'tripel'"),
        ("frame,glas\noak,double\n", "products/fits.csv:1:7: unknown group 'glas': did you mean 'glass'?"),
        ("frame,glass\noak\n", "products/fits.csv:2:1: 1 cells, but 2 columns"),
        ("frame,glass\n", "products/fits.csv:1:1: no combination"),
        ("frame,glass\noak,double\n\npine,double\n", "products/fits.csv:3:1: 0 cells"),
        ("frame,glass\noak,double\noak,double\n", "products/fits.csv:3:1: the same combination as in line 2"),
        ("", "products/fits.csv:1:1: nothing in the file"),
    ],
)
def test_a_faulty_csv_is_told_with_its_line(tmp_path: Path, table: str, finding: str) -> None:
    said = found(tmp_path, below_sound("tables: {t: {file: fits.csv}}"), {"products/fits.csv": table})
    assert [one for one in said if finding in one], said
    assert len(said) == 1


@pytest.mark.parametrize("text", ["\ufeffframe,glass\noak,\n", "frame;glass\r\noak;\r\n", "frame\tglass\noak\t\n"])
def test_a_csv_may_be_written_in_several_ways(tmp_path: Path, text: str) -> None:
    files = {"products/fits.csv": text}
    table = read(workspace(tmp_path, below_sound("tables: {t: {file: fits.csv}}"), files)).products["door"].tables["t"]
    assert (table.columns, table.rows) == (["frame", "glass"], [["oak", ""]])


def test_what_a_table_says_is_part_of_the_version(tmp_path: Path) -> None:
    root = workspace(tmp_path, below_sound("tables: {t: {file: t/fits.csv}}"), {"products/t/fits.csv": "frame\noak\n"})
    before = version(root)
    (root / "products/t/fits.csv").write_text("frame\npine\n", encoding="utf-8")
    assert version(root) != before


def test_ten_thousand_faulty_rows_are_ten_findings_and_how_many_more(tmp_path: Path) -> None:
    rows = "".join(f"o{number},double\n" for number in range(10_000))
    said = found(tmp_path, below_sound("tables: {t: {file: fits.csv}}"), {"products/fits.csv": f"frame,glass\n{rows}"})
    assert len(said) == 11
    assert "products/fits.csv:12:1: 9990 more rows have such faults" in said[-1]


def test_a_uvl_file_alone_is_a_product_unless_another_names_it(tmp_path: Path) -> None:
    files = {"products/car.uvl": "features\n  Car\n", "products/gate.uvl": "features\n  Gate\n"}
    products = read(workspace(tmp_path, "uvl: gate.uvl\nprice: 5\n", files)).products
    assert {name: product.uvl for name, product in products.items()} == {
        "door": "features\n  Gate\n",
        "car": "features\n  Car\n",
    }


def test_names_of_any_script_are_welcome(tmp_path: Path) -> None:
    product = "groups: {玻璃: {options: {三层: {}, 'double 🪟': {}}}}\nrules: {r: {never: \"玻璃 = '三层'\"}}\n"
    assert found(tmp_path, product) == []


def test_options_that_need_one_another_are_no_fault(tmp_path: Path) -> None:
    product = "groups: {a: {options: {x: {offers: [i], needs: [j]}}}, b: {options: {y: {offers: [j], needs: [i]}}}}\n"
    assert found(tmp_path, product) == []


def test_a_bomb_of_aliases_is_refused(tmp_path: Path) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"{after}: &{after} [{', '.join([f'*{before}'] * 10)}]" for before, after in pairwise("abcdefg")]
    assert "aliases stand for more than 1000000 values: write it out" in found(tmp_path, "\n".join(lines))[0]


def test_a_group_called_like_a_word_of_sql_is_quoted(tmp_path: Path) -> None:
    product = "groups: {case: {options: {cube: {}}}}\nrules: {r: {never: RULE}}\n"
    (said,) = found(tmp_path, product.replace("RULE", "\"case = 'cube'\""))
    assert said.endswith('goes in double quotes: "case"')
    assert found(tmp_path, product.replace("RULE", "'\"case\" = ''cube'''")) == []


@pytest.mark.parametrize(
    ("account", "finding"),
    [
        ("acme: {accent: green}", "accounts.yaml:1:16: 'green' is no colour"),
        ("acme: {logo: 'javascript:alert(1)'}", "is no address of a picture"),
        ("acme: {off: 1.5}", "1.5 is no share of a price"),
        ("acme: {only_approved: true}", "no configuration is approved for it"),
    ],
)
def test_a_faulty_account_is_told_with_its_place(tmp_path: Path, account: str, finding: str) -> None:
    said = found(tmp_path, SOUND, {"accounts.yaml": account + "\n"})
    assert [finding in one for one in said] == [True]
