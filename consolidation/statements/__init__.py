"""Statements for sellers: landed cost per shipment and unit, dates, flags, and the saving against sending alone."""

from consolidation.statements.build import statement
from consolidation.statements.files import write_statements
from consolidation.statements.lines import RULES
from consolidation.statements.model import SellerStatement, ShipmentStatement, Statement, StatementLine

__all__ = [
    "RULES", "SellerStatement", "ShipmentStatement", "Statement", "StatementLine", "statement", "write_statements",
]  # fmt: skip
