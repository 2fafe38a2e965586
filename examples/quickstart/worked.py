"""Work out the tables of the quickstart page from a plan folder.

    python worked.py PLAN NETWORK [PAGE]

prints every table; with a PAGE it rewrites the tables between the ``<!-- plan: ... -->`` marks of that page.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from consolidation import read_network, read_plan

if TYPE_CHECKING:
    from consolidation.plan_model import CostLine, Plan, PlannedLoad, PlannedShipment
    from network.model import Network

MARK = re.compile(r"(<!-- plan: (?P<what>[^>]*?) -->\n).*?(<!-- end -->)", re.DOTALL)
"""A table of a page that is made from the plan."""


def money(amount: Decimal) -> str:
    """Return an amount of the plan currency.

    >>> money(Decimal("1234.5"))
    '1,234.50'
    """
    return f"{amount:,.2f}"


def number(value: Decimal) -> str:
    """Return a quantity or a rate without trailing zeros."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def table(columns: str, rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; columns are separated by ``|``, and one that ends in ``>`` is aligned right."""
    names = [name.strip() for name in columns.split("|")]
    lines = ["| " + " | ".join(name.removesuffix(">").strip() for name in names) + " |"]
    lines.append("|" + "|".join("---:" if name.endswith(">") else "---" for name in names) + "|")
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


class Worked:
    """A plan, its network, and the tables that show how its figures come about."""

    def __init__(self, plan: Plan, network: Network) -> None:
        self.plan, self.network = plan, network
        self.shipments = {row.shipment_id: row for row in plan.shipments}
        self.loads = {row.load_id: row for row in plan.loads}
        self.charges = {row.charge_id: row for row in network.charges}

    def show(self, what: str) -> str:
        """Return one table by name and argument, such as ``lines Q06``."""
        name, *arguments = what.split()
        made: Callable[..., str] = getattr(self, f"show_{name}")
        return made(*arguments)

    def show_shipments(self) -> str:
        """Return one row per planned shipment."""
        rows = [
            (row.shipment_id, row.seller_id, number(row.volume_m3), row.service, row.trunk_load_id or "-",
             row.truck_load_id or row.final_leg, str(row.days), money(row.landed_cost), money(row.baseline_cost),
             money(row.baseline_cost - row.landed_cost))
            for row in self.plan.shipments
        ]  # fmt: skip
        columns = "Shipment | Seller | m3 > | Service | Load | Final leg | Days > | Landed cost, USD > | Alone, USD > | Saving, USD >"
        return table(columns, rows)

    def show_load(self, load_id: str) -> str:
        """Return what a whole load costs, line by line."""
        lines = {line.charge_id: line for line in self.plan.cost_lines if line.load_id == load_id}
        rows = [
            (line.code, line.basis, number(line.quantity), f"{number(line.rate)} {line.currency}", money(line.source_amount))
            for line in lines.values()
        ]  # fmt: skip
        rows.append(("**whole load**", "", "", "", f"**{money(self.loads[load_id].cost)}**"))
        return table("Line | Basis | Quantity > | Rate > | Amount, USD >", rows)

    def show_shares(self, load_id: str) -> str:
        """Return how a load is split among its shipments."""
        load = self.loads[load_id]
        keys = {name: self.room(self.shipments[name], load) for name in load.shipments}
        rows = []
        for name in load.shipments:
            shipment = self.shipments[name]
            lines = [line for line in self.plan.cost_lines if (line.load_id, line.shipment_id) == (load_id, name)]
            ocean = sum((line.amount for line in lines if line.code == "TRUNK.OCEAN"), Decimal(0))
            every = sum((line.amount for line in lines), Decimal(0))
            part = keys[name] / sum(keys.values())
            rows.append((name, number(shipment.volume_m3), number(shipment.gross_weight_kg), f"{keys[name]:.4%}",
                         f"{part:.4%}", money(ocean), money(every)))  # fmt: skip
        total = sum(keys.values(), Decimal(0))
        rows.append(("**all**", number(load.volume_m3), number(load.gross_weight_kg), f"{total:.4%}", "100 %",
                     money(sum((line.amount for line in self.plan.cost_lines if (line.load_id, line.code) == (load_id, "TRUNK.OCEAN")), Decimal(0))),
                     money(load.cost)))  # fmt: skip
        columns = "Shipment | m3 > | kg > | Room taken > | Share > | of TRUNK.OCEAN, USD > | of every line, USD >"
        return table(columns, rows)

    def room(self, shipment: PlannedShipment, load: PlannedLoad) -> Decimal:
        """Return the part of a load that a shipment takes: of its volume or of its payload, whichever is more."""
        equipment = self.network.equipment_by_id[load.equipment_id]
        return max(
            shipment.volume_m3 / Decimal(str(equipment.volume_m3)),
            shipment.gross_weight_kg / Decimal(str(equipment.payload_kg)),
        )

    def show_lines(self, shipment_id: str) -> str:
        """Return every cash line of a shipment."""
        rows: list[Sequence[str]] = [
            (line.code, line.category, self._rate(line), self._whole(line), money(line.amount))
            for line in self.plan.cost_lines
            if line.shipment_id == shipment_id
        ]
        rows.append(("**landed cost**", "", "", "", f"**{money(self.shipments[shipment_id].landed_cost)}**"))
        return table("Line | Category | Quantity x rate | Whole charge, USD > | This shipment, USD >", rows)

    def _rate(self, line: CostLine) -> str:
        charge = self.charges.get(line.charge_id)
        unit = "%" if line.basis.startswith("pct_") else line.currency
        text = f"{number(line.quantity)} x {number(line.rate)} {unit}"
        if charge is None:
            return f"{text} of customs value"
        words = {"pct_of_value": " of goods value", "pct_of_entry_value": " of entered value"}
        text += words.get(line.basis, f", {line.basis}")
        reached = line.quantity * line.rate / (100 if unit == "%" else 1)
        if charge.minimum is not None and reached < charge.minimum:
            text += f", at least {number(charge.minimum)} {charge.currency}"
        return text

    def _whole(self, line: CostLine) -> str:
        shared = line.load_id or (line.entry_id if line.basis in ("per_entry", "pct_of_entry_value") else "")
        return f"{money(line.source_amount)} for {shared}" if shared else money(line.source_amount)

    def show_dates(self, shipment_id: str) -> str:
        """Return the milestones of a shipment."""
        rows = [(row.code, row.time, row.place_id) for row in self.shipments[shipment_id].milestones]
        return table("Milestone | Local time | Place", rows)

    def show_against(self, shipment_id: str) -> str:
        """Return a shipment's plan beside sending it alone."""
        row = self.shipments[shipment_id]
        times = row.priced_time
        time = sum(times.values(), Decimal(0))
        together = (row.service, str(row.days), money(row.landed_cost), money(time), money(row.landed_cost + time))
        alone = (row.baseline_service or "", str(row.baseline_days), money(row.baseline_cost),
                 money(row.baseline_priced_time), money(row.baseline_cost + row.baseline_priced_time))  # fmt: skip
        saved = ("saving", str(row.baseline_days - row.days), money(row.baseline_cost - row.landed_cost),
                 money(row.baseline_priced_time - time),
                 money(row.baseline_cost + row.baseline_priced_time - row.landed_cost - time))  # fmt: skip
        return table("| Days > | Landed cost, USD > | Priced time, USD > | Together, USD >", (together, alone, saved))

    def show_entries(self) -> str:
        """Return the customs entries."""
        rows = []
        for entry in self.plan.entries:
            fee = next(
                line for line in self.plan.cost_lines if (line.entry_id, line.code) == (entry.entry_id, "US.MPF")
            )
            rate = (entry.value * fee.rate / 100).quantize(Decimal("0.01"))
            rows.append((entry.entry_id, entry.importer_id, entry.load_id or "-", ", ".join(entry.shipments),
                         money(entry.value), money(rate), money(fee.source_amount), money(entry.cost)))  # fmt: skip
        columns = (
            "Entry | Importer | Load | Shipments | Value, USD > | 0.3464 %, USD > | MPF charged, USD > | Entry, USD >"
        )
        return table(columns, rows)

    def show_totals(self) -> str:
        """Return the totals of the plan: categories, cash, time, cost."""
        certificate = self.plan.certificate
        sums: dict[str, Decimal] = {}
        for line in self.plan.cost_lines:
            sums[line.category] = sums.get(line.category, Decimal(0)) + line.amount
        rows = [(name, money(amount)) for name, amount in sums.items()]
        rows.append(("**landed cost, cash**", f"**{money(certificate.cash_cost)}**"))
        rows += [("priced time", money(certificate.priced_time)), ("unplanned", money(certificate.unplanned_price))]
        rows.append(("**cost**", f"**{money(certificate.cost)}**"))
        rows.append(("sending alone, cash", money(certificate.baseline_cost)))
        rows.append(("saving, cash", money(certificate.baseline_cost - certificate.cash_cost)))
        return table("| USD >", rows)

    def show_unplanned(self) -> str:
        """Return what is not planned and why."""
        rows = [(row.shipment_id, row.rule, row.detail, row.change) for row in self.plan.unplanned]
        return table("Shipment | Rule | What it says | To change", rows)


def rewritten(page: str, worked: Worked) -> str:
    """Return a page with every table made anew."""
    return MARK.sub(lambda found: f"{found[1]}{worked.show(found['what'])}{found[3]}", page)


def main() -> None:
    """Print the tables, or rewrite those of a page."""
    folder, network, *page = sys.argv[1:]
    worked = Worked(read_plan(folder), read_network(network))
    if page:
        path = Path(page[0])
        path.write_text(rewritten(path.read_text(encoding="utf-8"), worked), encoding="utf-8")
        return
    for what in ("shipments", "entries", "totals", "unplanned"):
        print(worked.show(what))


if __name__ == "__main__":
    main()
