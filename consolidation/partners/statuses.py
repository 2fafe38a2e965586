"""Codes of statuses and of confirmations in EDIFACT files: three letters each, agreed between the partners (ZZZ)."""

from __future__ import annotations

from typing import get_args

from consolidation.events.model import EventKind
from consolidation.plan_model import Status

STATUSES: tuple[Status, ...] = get_args(Status)
"""The status ladder, lowest first."""
STATUS_CODES: dict[str, Status] = {
    "PRO": "proposed", "APP": "approved", "BKD": "booked", "STF": "stuffed", "SLD": "sailed", "CLR": "cleared",
    "DLV": "delivered",
}  # fmt: skip
"""What the plan says a house or load is."""
EVENT_CODES: dict[str, EventKind] = {
    "APP": "approved", "BKD": "booked", "GTI": "gated_in", "STF": "stuffed", "SLD": "sailed", "HLD": "customs_hold",
    "CLR": "cleared", "DLV": "delivered", "SHT": "short_shipped", "ROL": "rolled", "CAN": "cancelled",
}  # fmt: skip
"""What a partner confirms."""
CODE_OF_STATUS: dict[Status, str] = {status: code for code, status in STATUS_CODES.items()}
CODE_OF_EVENT: dict[EventKind, str] = {kind: code for code, kind in EVENT_CODES.items()}
