"""Statements for sellers: every number worked out by hand, tables that agree, pages that show nothing of others."""

from __future__ import annotations

import csv
import datetime as dt
import html
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from consolidation.notices import NEAREST_DUTY
from consolidation.plan_model import Notice, Plan
from consolidation.shipments import Shipment
from consolidation.statements import RULES, Statement, statement, write_statements
from consolidation.statements.cost_table import basis_text
from consolidation.statements.currency import Converter, usual_currency
from consolidation.statements.names import page_names
from consolidation.statements.page import NOT_OFFERED, seller_page
from consolidation.statements.picture import cost_bars
from consolidation.statements.tables import tables, text
from network.errors import InputError
from network.price_tables import Importer, Rate
from tests.goods import edited, goods
from tests.networks import tiny_network
from tests.statement_plans import line, made_plan, shared

NETWORK = tiny_network(fx=edited("fx", add=[{"currency": "JPY", "value": "0.0066", "is_estimate": "yes"}]))
"""1 EUR = 1.10 USD, 1 CNY = 0.14 USD, 1 JPY = 0.0066 USD."""

# ANNA sells two products priced in CNY, BO one priced in EUR; the third shipment of ANNA finds its FC closed.
S1 = goods("S1", seller_id="ANNA", volume_m3="4", gross_weight_kg="800", units=200, goods_value="14000", currency="CNY",
           importer_id="IOR", due_date="2026-12-26")  # fmt: skip
S2 = goods("S2", seller_id="ANNA", volume_m3="2", gross_weight_kg="500", cartons=None, units=10, goods_value="5000",
           currency="CNY", importer_id="IOR")  # fmt: skip
S3 = goods("S3", seller_id="BO", volume_m3="6", gross_weight_kg="1200", cartons=None, units=100, goods_value="3000",
           currency="EUR", importer_id="IOR")  # fmt: skip
S4 = goods("S4", seller_id="ANNA", importer_id="IOR")
GOODS = [S1, S2, S3, S4]
LINES = [
    line("S1", "collection", "40", basis="per_m3", quantity=Decimal(4), rate=Decimal(10), charge_id="collect"),
    line("S1", "duty", "490", code="US.S301", name="US.S301", basis="pct_of_customs_value", quantity=Decimal(1960),
         rate=Decimal(25), entry_id="E0001"),
    line("S3", "duty", "330", code="US.S301", name="US.S301", basis="pct_of_customs_value", quantity=Decimal(3300),
         rate=Decimal(10), entry_id="E0001"),
    line("S2", "tax", "2", name="Financing of recoverable import tax", basis="pct_of_import_tax", quantity=Decimal(133),
         rate=Decimal("1.5"), charge_id="DE"),
    # 1,200 by volume 4 : 2 : 6, and 100 by goods value 1,960 : 700 : 3,300 USD
    *shared("trunk", "1200", {"S1": 4, "S2": 2, "S3": 6}, name="ocean freight 20GP", basis="per_load", load_id="L0001"),
    *shared("customs", "100", {"S1": 1960, "S2": 700, "S3": 3300}, name="customs broker entry", basis="per_entry",
            entry_id="E0001"),
]  # fmt: skip
CHANGES: dict[str, dict[str, Any]] = {
    "S1": {
        "late_days": 2,
        "alternatives": {
            "courier": {"cost": Decimal(1500), "priced_time": Decimal(0), "days": 8},
            "alone_lcl": {"cost": Decimal(1300), "priced_time": Decimal(0), "days": 50},
        },
    },
    "S2": {
        "regime_id": "DE", "import_tax": Decimal(133),
        "alternatives": {"courier": {"cost": Decimal(200), "priced_time": Decimal(0), "days": 7}},
    },
    "S3": {"alternatives": {"alone_air": {"cost": Decimal(1200), "priced_time": Decimal(0), "days": 12}}},
}  # fmt: skip


def hand_plan() -> Plan:
    return made_plan(NETWORK, GOODS, LINES, CHANGES, left_out=["S4"])


@pytest.fixture(scope="module")
def made() -> Statement:
    return statement(hand_plan(), NETWORK, GOODS)


def amounts(*texts: str) -> list[Decimal]:
    return [Decimal(each) for each in texts]


class TestByHand:
    """Three planned shipments of two sellers."""

    def test_landed_cost_is_the_sum_of_its_lines(self, made: Statement) -> None:
        # shares of 100: 32.8859, 11.7450, 55.3691; the two cents left go to .91 and .59
        anna, bo = made.sellers
        assert [row.amounts.landed_cost for row in anna.shipments] == amounts("962.89", "213.74")
        assert anna.amounts.landed_cost == Decimal("1176.63")
        assert bo.amounts.landed_cost == Decimal("985.37")
        assert made.landed_cost == Decimal("2162.00")
        first = {name: amount for name, amount in anna.shipments[0].amounts.categories.items() if amount}
        assert first == {
            "collection": Decimal(40), "trunk": Decimal(400), "customs": Decimal("32.89"), "duty": Decimal(490),
        }  # fmt: skip
        assert anna.amounts.categories["customs"] == Decimal("44.63")
        assert anna.amounts.without_duty == Decimal("686.63")

    def test_ratios(self, made: Statement) -> None:
        first, second = made.sellers[0].shipments
        assert (first.per_unit, first.per_m3, first.per_kg) == tuple(amounts("4.8145", "240.7225", "1.2036"))
        assert (first.unit_price, first.goods_value) == tuple(amounts("9.8", "1960"))
        assert first.share_pct == Decimal("49.1270")
        assert second.share_pct == Decimal("30.5343")
        anna = made.sellers[0]
        assert (anna.units, anna.volume_m3, anna.gross_weight_kg, anna.goods_value) == (210, 6, 1300, 2660)
        assert (anna.per_unit, anna.per_m3, anna.share_pct) == tuple(amounts("5.6030", "196.1050", "44.2342"))

    def test_flags(self, made: Statement) -> None:
        rows = made.shipments
        assert [row.low_unit_price for row in rows] == [True, False, False]  # 9.80, 70 and 33 USD a unit
        assert [row.high_share for row in rows] == [True, True, False]  # 49.1, 30.5 and 29.9 %
        strict = statement(hand_plan(), NETWORK, GOODS, min_unit_price=33, max_share=29.8596)
        assert [row.low_unit_price for row in strict.shipments] == [True, False, False]  # 33 is not below 33
        assert [row.high_share for row in strict.shipments] == [True, True, True]  # 985.37 / 3,300 is 29.85970 %
        lax = statement(hand_plan(), NETWORK, GOODS, min_unit_price=0, max_share=50)
        assert not any(row.low_unit_price or row.high_share for row in lax.shipments)

    def test_against_sending_alone(self, made: Statement) -> None:
        anna, bo = made.sellers
        first, second = anna.shipments
        assert (first.cheapest, first.amounts.alone, first.amounts.saving) == ("alone_lcl", 1300, Decimal("337.11"))
        assert (second.cheapest, second.amounts.saving) == ("courier", Decimal("-13.74"))
        assert (anna.amounts.alone, anna.amounts.saving, anna.saving_pct) == (1500, *amounts("323.37", "21.5580"))
        assert anna.alone_cost("courier") == 1700
        assert anna.alone_cost("alone_lcl") is None  # not offered for S2
        assert (bo.shipments[0].cheapest, bo.amounts.saving) == ("alone_air", Decimal("214.63"))
        assert NOT_OFFERED in seller_page(made, bo)

    def test_import_tax_stands_apart(self, made: Statement) -> None:
        first, second = made.sellers[0].shipments
        assert (first.amounts.import_tax, first.tax_recoverable) == (0, None)
        assert (second.amounts.import_tax, second.tax_recoverable) == (133, True)
        assert (made.sellers[0].recoverable_tax, made.sellers[0].amounts.import_tax) == (133, 133)

    def test_an_importer_may_recover_otherwise(self) -> None:
        # (what the regime says, what the importer says): recovered?
        expected = {
            ("yes", "regime"): True, ("yes", "deferred"): True, ("yes", "cost"): False,
            ("no", "regime"): False, ("no", "deferred"): True, ("no", "cost"): False,
        }  # fmt: skip
        for (regime, importer), recovered in expected.items():
            network = NETWORK.replace(
                regimes=edited("regimes", {"DE": {"tax_recoverable": regime}}),
                importers=(Importer(importer_id="IOR", import_tax=importer),),  # type: ignore[arg-type]
            )
            made = statement(made_plan(network, GOODS, LINES, CHANGES, left_out=["S4"]), network, GOODS)
            second = made.sellers[0].shipments[1]
            assert second.tax_recoverable is recovered, (regime, importer)
            assert made.sellers[0].recoverable_tax == (133 if recovered else 0)

    def test_a_duty_of_the_nearest_code_is_an_estimate(self) -> None:
        notice = Notice(code=NEAREST_DUTY, text="No row matches", shipments=("S2", "S3"))
        made = statement(hand_plan().model_copy(update={"notices": (notice,)}), NETWORK, GOODS)
        assert [row.nearest_duty for row in made.shipments] == [False, True, True]
        assert "goods of S2 exactly: duty is that of the nearest code" in seller_page(made, made.sellers[0])

    def test_the_currency_of_the_seller(self, made: Statement) -> None:
        # ANNA: 1,176.63 / 0.14 = 8,404.50 exactly; parts 6,877.7857 and 1,526.7143: the cent left goes to the first.
        anna, bo = made.sellers
        assert (anna.own.currency, anna.own.landed_cost) == ("CNY", Decimal("8404.50"))
        assert [row.own.landed_cost for row in anna.shipments] == amounts("6877.79", "1526.71")
        # 6,877.79 in proportion 40 : 400 : 32.89 : 490 = 285.7144, 2857.1445, 234.9287, 3500.0020: two cents are left
        first = anna.shipments[0].own.categories
        assert [first[name] for name in ("collection", "trunk", "customs", "duty")] == amounts(
            "285.71", "2857.15", "234.93", "3500.00"
        )
        # 1,500 / 0.14 = 10,714.29; 1,300 and 200 of it
        assert anna.own.alone == Decimal("10714.29")
        assert [row.own.alone for row in anna.shipments] == amounts("9285.72", "1428.57")
        assert anna.own.saving == Decimal("10714.29") - Decimal("8404.50")
        assert (anna.own.import_tax, bo.own.currency, bo.own.landed_cost) == (950, "EUR", Decimal("895.79"))

    def test_a_currency_without_cents(self) -> None:
        week = [S3.model_copy(update={"currency": "JPY", "goods_value": Decimal(500_000)})]
        lines = [each for each in LINES if each.shipment_id == "S3"]
        (bo,) = statement(made_plan(NETWORK, week, lines), NETWORK, week).sellers
        # 985.37 / 0.0066 = 149,298.48; trunk 600 : customs 55.37 : duty 330 = 90,908.80, 8,389.37, 49,999.84
        assert str(bo.own.landed_cost) == "149298"
        shown = {name: str(amount) for name, amount in bo.own.categories.items() if amount}
        assert shown == {"trunk": "90909", "customs": "8389", "duty": "50000"}
        assert bo.rate_estimate
        assert "JPY 149,298" in seller_page(statement(made_plan(NETWORK, week, lines), NETWORK, week), bo)

    def test_what_is_left_out_is_listed(self, made: Statement) -> None:
        assert [row.shipment_id for row in made.sellers[0].unplanned] == ["S4"]
        page = seller_page(made, made.sellers[0])
        assert "FC ONT8 is closed (RECEIVING.CLOSED)" in page
        assert "1 not planned" in page

    def test_units_that_are_not_stated(self) -> None:
        week = [goods("S1", seller_id="ANNA", units=None), goods("S2", seller_id="ANNA", units=10)]
        (anna,) = statement(made_plan(NETWORK, week, []), NETWORK, week).sellers
        assert (anna.shipments[0].per_unit, anna.shipments[0].unit_price, anna.shipments[0].low_unit_price) == (
            None,
        ) * 3
        assert (anna.units, anna.per_unit) == (None, None)
        assert anna.shipments[1].per_unit == 0


class TestSharedCharges:
    """Of a charge that sellers share, each sees its own share and nothing else."""

    def test_quantity_and_rate_show_only_what_is_the_sellers_own(self, made: Statement) -> None:
        shown = {(each.shipment_id, each.category): each for row in made.shipments for each in row.lines}
        freight, fee = shown["S1", "trunk"], shown["S1", "customs"]
        assert (freight.shared_by, freight.quantity, freight.rate) == ("container", None, None)
        assert (fee.shared_by, basis_text(fee)) == ("customs entry", "own share of a customs entry")
        assert basis_text(shown["S1", "collection"]) == "10 USD per m3"
        assert basis_text(shown["S1", "duty"]) == "25 % of customs value"

    def test_the_whole_of_a_shared_charge_is_on_no_page(self, tmp_path: Path) -> None:
        week = [goods("S1", seller_id="ANNA"), goods("S2", seller_id="BO")]
        facts = {"basis": "per_load", "load_id": "L0001", "quantity": Decimal(7), "rate": Decimal("8642.97")}
        lines = shared("trunk", "60500.79", {"S1": 1, "S2": 2}, **facts)
        made = statement(made_plan(NETWORK, week, lines), NETWORK, week)
        folder = write_statements(made, tmp_path / "st")
        for seller, own, other in (("ANNA", "20,166.93", "40,333.86"), ("BO", "40,333.86", "20,166.93")):
            page = (folder / "sellers" / f"{seller}.html").read_text(encoding="utf-8").replace(",", "")
            assert own.replace(",", "") in page
            for secret in (other, "60,500.79", "8642.97"):
                assert secret.replace(",", "") not in page

    def test_a_container_of_ones_own_shows_its_rate(self) -> None:
        week = [goods("S1", seller_id="ANNA"), goods("S2", seller_id="BO")]
        lines = [line("S1", "trunk", "1200", basis="per_load", load_id="L0001")]
        plan = made_plan(NETWORK, week, lines)
        shown = statement(plan, NETWORK, week).sellers[0].lines[0]
        assert (shown.shared_by, shown.rate) == ("container", None)  # another seller is in it
        alone = plan.loads[0].model_copy(update={"shipments": ("S1",)})
        shown = statement(plan.model_copy(update={"loads": (alone,)}), NETWORK, week).sellers[0].lines[0]
        assert (shown.shared_by, shown.rate, basis_text(shown)) == ("", 1200, "1200 USD per load")

    def test_importers_that_are_other_sellers_are_not_named(self) -> None:
        week = [goods("S1", seller_id="ANNA", importer_id="BOLLARD"), goods("S2", seller_id="BOLLARD")]
        made = statement(made_plan(NETWORK, week, []), NETWORK, week)
        assert made.sellers[0].importers == ()
        assert "BOLLARD" not in seller_page(made, made.sellers[0])
        assert made.sellers[1].importers == ("BOLLARD",)

    def test_estimates_are_counted(self) -> None:
        charges = tuple(row.model_copy(update={"is_estimate": row.charge_id == "wh-m3"}) for row in NETWORK.charges)
        network = NETWORK.replace(charges=charges)
        week = [goods("S1", seller_id="ANNA")]
        lines = [line("S1", "origin", "30", charge_id="wh-m3"), line("S1", "duty", "70")]
        made = statement(made_plan(network, week, lines), network, week)
        assert made.sellers[0].estimated == 30
        assert "30 % of the landed cost comes from rates" in seller_page(made, made.sellers[0])


class TestCurrency:
    def test_the_most_common_one_first_in_the_alphabet_among_equals(self) -> None:
        assert usual_currency(["USD", "EUR", "USD"]) == "USD"
        assert usual_currency(["USD", "EUR"]) == "EUR"

    def test_parts_sum_to_the_total(self) -> None:
        converter = Converter("CNY", Decimal("0.14"))
        thirds = amounts("0.01", "0.01", "0.01")
        assert converter.total(Decimal("0.03")) == Decimal("0.21")
        assert converter.parts(Decimal("0.22"), thirds) == amounts("0.08", "0.07", "0.07")
        assert converter.parts(Decimal("0.00"), []) == []
        assert Converter("JPY", Decimal("0.0066")).total(Decimal("0.01")) == 2  # 1.515


class TestRefusals:
    """Errors say what is wrong and what may help."""

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda plan: (plan, NETWORK, [*GOODS, goods("S5")], {}), r"inputs.shipments_sha256.*shipments changed after"),
            (lambda plan: (plan, tiny_network(), GOODS, {}), r"inputs.network_sha256"),
            (lambda plan: (plan, NETWORK, GOODS, {"sellers": ["ANA"]}), "Maybe you meant 'ANNA'"),
            (lambda plan: (plan, NETWORK, GOODS, {"rule": "vm"}), "expected one of wm"),
            (lambda plan: (plan.model_copy(update={"cost_lines": plan.cost_lines[1:]}), NETWORK, GOODS, {}),
             "2122.00.*expected 2162.00, the cash cost"),
            (lambda plan: (plan.model_copy(update={"cost_lines": (line("S4", "duty", "1"), *plan.cost_lines)}), NETWORK,
                           GOODS, {}), "a charge of a planned shipment"),
            (lambda plan: (plan.model_copy(update={"cost_lines": (line("S1", "duty", "-1"), *plan.cost_lines)}), NETWORK,
                           GOODS, {}), "not negative"),
            (lambda plan: (plan.model_copy(update={"unplanned": ()}), NETWORK, GOODS, {}), "found '3 shipments'.*edited"),
            (lambda plan: (plan, NETWORK, GOODS, {"max_share": float("nan")}), "--max-share: found 'NaN'"),
            (lambda plan: (plan, NETWORK, GOODS, {"min_unit_price": -1}), "--min-unit-price: found '-1'"),
        ],
    )  # fmt: skip
    def test_what_does_not_belong_together(
        self, change: Callable[[Plan], tuple[Plan, Any, list[Shipment], dict[str, Any]]], message: str
    ) -> None:
        plan, network, week, options = change(hand_plan())
        with pytest.raises(InputError, match=message):
            statement(plan, network, week, **options)

    def test_a_threshold_in_usd_needs_a_rate(self) -> None:
        header = NETWORK.header.model_copy(update={"currency": "EUR"})
        network = NETWORK.replace(header=header, fx=(Rate(currency="CNY", value=Decimal("0.13")),))
        week = [goods("S1", currency="EUR")]
        plan = made_plan(network, week, [])
        with pytest.raises(InputError, match="Maybe add USD to fx, or use --min-unit-price 0"):
            statement(plan, network, week)
        assert statement(plan, network, week, min_unit_price=0).limits.min_unit_price == 0

    def test_the_threshold_is_converted(self) -> None:
        header = NETWORK.header.model_copy(update={"currency": "EUR"})
        network = NETWORK.replace(header=header, fx=(Rate(currency="USD", value=Decimal("0.9")),))
        week = [goods("S1", currency="EUR", goods_value="2700", units=200)]  # 13.50 EUR a unit, 15 USD
        (row,) = statement(made_plan(network, week, []), network, week).shipments
        assert row.low_unit_price is False
        (row,) = statement(made_plan(network, week, []), network, week, min_unit_price=15.01).shipments
        assert row.low_unit_price is True


def test_only_the_sellers_asked_for(tmp_path: Path) -> None:
    made = statement(hand_plan(), NETWORK, GOODS, sellers=["BO", "BO"])
    assert [seller.seller_id for seller in made.sellers] == ["BO"]
    folder = write_statements(made, tmp_path / "st")
    assert [path.name for path in (folder / "sellers").iterdir()] == ["BO.html"]
    assert "ANNA" not in (folder / "statements.csv").read_text(encoding="utf-8")


class TestFolder:
    """The files of a folder agree, and it replaces only what is its own."""

    def test_tables_say_what_the_statement_says(self, made: Statement, tmp_path: Path) -> None:
        folder = write_statements(made, tmp_path / "st")
        rows = read_csv(folder / "statements.csv")
        assert [row["shipment_id"] for row in rows] == ["S1", "S2", "S4", "S3"]
        first = rows[0]
        assert first["itinerary"] == "WH-SZX > CNYTN > USLAX > DC-LAX > ONT8"
        assert (first["ready"], first["etd"], first["received"], first["late_days"]) == (
            "2026-11-24", "2026-12-02", "2026-12-28", "2",
        )  # fmt: skip
        assert (first["landed_cost"], first["cost_duty"], first["cost_without_duty"]) == ("962.89", "490.00", "472.89")
        assert (first["courier_cost"], first["courier_days"], first["alone_air_cost"]) == ("1500.00", "8", "")
        assert (first["low_unit_price"], first["high_share"], first["seller_landed_cost"]) == ("yes", "yes", "6877.79")
        assert (rows[1]["import_tax"], rows[1]["import_tax_recoverable"]) == ("133.00", "yes")
        assert rows[2]["reason"].startswith("RECEIVING.CLOSED: FC ONT8 is closed.")
        assert {value for name, value in rows[2].items() if name not in ("seller_id", "shipment_id", "reason")} == {""}
        anna, bo = read_csv(folder / "sellers.csv")
        assert (anna["page"], anna["shipments"], anna["unplanned"], bo["alone_lcl_cost"]) == ("ANNA.html", "2", "1", "")
        assert (anna["low_unit_prices"], anna["high_shares"], anna["late_shipments"]) == ("1", "2", "1")
        for name in ("landed_cost", "seller_landed_cost", "cost_duty", "import_tax", "saving", "seller_saving"):
            parts = [Decimal(row[name]) for row in rows if row["seller_id"] == "ANNA" and row[name]]
            assert sum(parts) == Decimal(anna[name]), name

    def test_the_workbook_holds_what_the_csv_files_hold(self, made: Statement, tmp_path: Path) -> None:
        from python_calamine import CalamineWorkbook

        folder = write_statements(made, tmp_path / "st")
        book = CalamineWorkbook.from_path(str(folder / "statements.xlsx"))
        assert book.sheet_names == ["Sellers", "Shipments", "Cost lines"]
        for sheet, name in (("Sellers", "sellers.csv"), ("Shipments", "statements.csv")):
            head, *rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            assert "Landed cost (USD)" in head
            expected = read_csv(folder / name)
            assert len(rows) == len(expected)
            for row, texts in zip(rows, expected, strict=True):
                for found, wanted in zip(row, texts.values(), strict=True):
                    assert same(found, wanted), (found, wanted)
        lines = book.get_sheet_by_name("Cost lines").to_python(skip_empty_area=False)[1:]
        assert len(lines) == len(LINES)
        assert sum(Decimal(str(row[10])) for row in lines) == made.landed_cost

    def test_a_table_longer_than_a_sheet_goes_on_in_another(
        self, made: Statement, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from python_calamine import CalamineWorkbook

        monkeypatch.setattr("consolidation.statements.workbook._MOST_ROWS", 5)
        book = CalamineWorkbook.from_path(str(write_statements(made, tmp_path / "st") / "statements.xlsx"))
        assert book.sheet_names == ["Sellers", "Shipments", "Cost lines", "Cost lines 2"]
        parts = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names[2:]]
        assert [len(part) for part in parts] == [6, 6]
        assert parts[0][0] == parts[1][0]
        assert sum(Decimal(str(row[10])) for part in parts for row in part[1:]) == made.landed_cost

    def test_equal_statements_are_equal_files(self, made: Statement, tmp_path: Path) -> None:
        first, second = (write_statements(made, tmp_path / name) for name in ("a", "b"))
        files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
        assert {path.as_posix() for path in files} == {
            "sellers.csv", "sellers/ANNA.html", "sellers/BO.html", "statements.csv", "statements.xlsx",
        }  # fmt: skip
        assert all((first / path).read_bytes() == (second / path).read_bytes() for path in files)

    def test_earlier_statements_are_replaced_and_nothing_else(self, made: Statement, tmp_path: Path) -> None:
        folder = write_statements(made, tmp_path / "st")
        only_bo = statement(hand_plan(), NETWORK, GOODS, sellers=["BO"])
        write_statements(only_bo, folder)
        assert [path.name for path in (folder / "sellers").iterdir()] == ["BO.html"]
        (folder / "sellers" / "notes.txt").write_text("mine")
        with pytest.raises(InputError, match="a new or empty folder"):
            write_statements(only_bo, folder)
        assert (folder / "sellers" / "notes.txt").read_text() == "mine"

    def test_a_fault_leaves_nothing_behind(
        self, made: Statement, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*args: object) -> str:
            raise OSError("disk full")

        monkeypatch.setattr("consolidation.statements.files.seller_page", fail)
        with pytest.raises(OSError, match="disk full"):
            write_statements(made, tmp_path / "st")
        assert list(tmp_path.iterdir()) == []

    def test_every_column_with_a_number_has_a_unit(self, made: Statement) -> None:
        for table in tables(made).values():
            names = [column.name for column in table.columns]
            assert len(set(names)) == len(names)
            headings = [(column.title, column.unit) for column in table.columns if "seller's" not in column.unit]
            assert len(set(headings)) == len(headings)
            bare = [c.name for c in table.columns if c.kind not in ("text", "yes_no") and not c.unit]
            assert bare == []


class TestPage:
    """A page works from a file by itself and says what it shows."""

    def test_it_loads_nothing_and_runs_nothing(self, made: Statement) -> None:
        page = seller_page(made, made.sellers[0])
        assert "<script" not in page
        assert "http" not in page.replace("http-equiv", "")
        assert not re.search(r'(src|href)="(?!data:)', page)
        assert len(page) < 60_000

    def test_it_says_who_what_when_and_how_much(self, made: Statement) -> None:
        page = html.unescape(re.sub(r"<[^>]*>", " ", seller_page(made, made.sellers[0])))
        for words in (
            "Statement for ANNA", "2 shipments to US: 6.00 m³, 1,300.0 kg", "USD 1,176.63", "CNY 8,404.50", "USD 5.60",
            "44.2 %", "2026-12-28", "recovered: no more than its financing", "Unit price below 15 USD", "S1 9.80", "S1 2 days",
            "Landed cost above 30 % of the goods value", "S2 30.5 %", "1,500.00, 8 d", "not offered", "Own LCL",
            "10 USD per m3 × 4", "25 % of customs value × 1,960", "own share of a container", "2026-12-02",
            RULES["wm"].split(":")[0], "an estimate" if made.sellers[0].rate_estimate else "sums also in CNY at 0.14 USD",
        ):  # fmt: skip
            assert words in page, words

    def test_the_picture_steps_from_part_to_part(self, made: Statement) -> None:
        bars = cost_bars(made.sellers[0].amounts, with_alone=True)
        assert [bar.label for bar in bars] == [
            "Collection", "Trunk", "Customs", "Duty", "Import tax", "Landed cost", "Saved", "Cheapest alone",
        ]  # fmt: skip
        assert [bar.end for bar in bars[:5]] == amounts("40", "640", "684.63", "1174.63", "1176.63")
        assert [bar.start for bar in bars[1:5]] == [bar.end for bar in bars[:4]]
        assert (bars[6].start, bars[6].end) == tuple(amounts("1176.63", "1500"))

    def test_the_picture_is_drawn_with_its_texts(self, made: Statement) -> None:
        (picture,) = re.findall(r"<svg.*?</svg>", seller_page(made, made.sellers[0]), flags=re.S)
        assert 'role="img"' in picture
        assert picture.count("<rect") == 8
        assert "USD 490.00 · 41.6 %" in picture
        assert all(float(width) > 0 for width in re.findall(r'width="([\d.]+)"', picture))

    def test_a_seller_without_a_planned_shipment(self) -> None:
        made = statement(made_plan(NETWORK, [S4], [], left_out=["S4"]), NETWORK, [S4])
        page = seller_page(made, made.sellers[0])
        assert "No shipment is planned" in page
        assert "FC ONT8 is closed" in page
        assert "<svg" not in page


EVIL = '<script>alert("x")</script>'


class TestHostileTexts:
    """Ids and names may hold anything."""

    def test_pages_show_texts_as_texts(self) -> None:
        week = [goods("S1<b>", seller_id=EVIL, origin="WH-SZX")]
        lines = [line("S1<b>", "origin", "5", name=EVIL, code="A.B")]
        made = statement(made_plan(NETWORK, week, lines), NETWORK, week)
        page = seller_page(made, made.sellers[0])
        assert "<script" not in page
        assert page.count(html.escape(EVIL)) >= 3
        assert "S1<b>" not in page

    def test_no_cell_is_a_formula(self, tmp_path: Path) -> None:
        from python_calamine import CalamineWorkbook

        week = [goods("S1", seller_id="ANNA", origin="WH-SZX")]
        lines = [line("S1", "origin", "5", name=name) for name in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=2", "fair")]
        folder = write_statements(statement(made_plan(NETWORK, week, lines), NETWORK, week), tmp_path / "st")
        book = CalamineWorkbook.from_path(str(folder / "statements.xlsx"))
        rows = book.get_sheet_by_name("Cost lines").to_python(skip_empty_area=False)
        names = {str(row[4]) for row in rows[1:]}
        assert names == {"'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=2", "fair"}
        assert text("money", Decimal("-2")) == "-2.00"  # a number stays one

    def test_pages_stay_in_their_folder(self, tmp_path: Path) -> None:
        names = ["../x", "..", "a/b", "a\\b", "CON", "con.txt", "COM¹", "nul", "Anna", "ANNA", "a b", "a_b", "店铺", ".hidden",
                 "x" * 300, "x" * 301, "ok-1.2_3", "a:b", "a~b"]  # fmt: skip
        week = [goods(f"S{k:02d}", seller_id=name) for k, name in enumerate(names)]
        folder = write_statements(statement(made_plan(NETWORK, week, []), NETWORK, week), tmp_path / "st")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["st"]
        pages = [path.name for path in (folder / "sellers").iterdir() if path.is_file()]
        assert len({page.casefold() for page in pages}) == len(names)
        for page in pages:
            assert re.fullmatch(r"[\w\-.~]+\.html", page), page
            assert len(page.encode()) < 128
            assert page.split(".")[0].casefold() not in {"con", "nul", "com1", "com¹", ""}
        listed = {row["seller_id"]: row["page"] for row in read_csv(folder / "sellers.csv")}
        assert set(listed.values()) == set(pages)
        for name, page in listed.items():
            assert f"Statement for {html.escape(name)}" in (folder / "sellers" / page).read_text(encoding="utf-8")
        assert (listed["ok-1.2_3"], listed["店铺"], listed["a_b"]) == ("ok-1.2_3.html", "店铺.html", "a_b.html")

    def test_ids_that_become_equal_keep_pages_of_their_own(self) -> None:
        names = page_names(["a/b", "a_b", "a:b", "A_B"])
        assert len({name.casefold() for name in names.values()}) == 4
        assert page_names(["a/b"])["a/b"] == names["a/b"]


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def same(found: object, wanted: str) -> bool:
    """Return whether a cell of a workbook holds what a cell of a CSV file says."""
    if isinstance(found, dt.date):
        return found.isoformat()[:10] == wanted
    if isinstance(found, (int, float)) and not isinstance(found, bool):
        return Decimal(repr(found)) == Decimal(wanted)
    return found == wanted
