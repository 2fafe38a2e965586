"""IFCSUM answers imported into a plan folder: taken in as a whole, or refused and nothing changed."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from consolidation.events.importing import Context, import_confirmations
from consolidation.events.log import read_log
from consolidation.events.model import Confirmation
from consolidation.partners.consolidations import Consolidation, consolidations
from consolidation.partners.ifcsum_answers import write_answer
from network.errors import Finding, InputError
from tests.confirming import contents, said, travelling_plan, write_folder
from tests.hand_plan import NETWORK, shipments

CONTEXT = Context(NETWORK)
BOOKED = said("booked", "L0001", reference="BK-7")
GATED = said("gated_in", "S1", volume_m3=Decimal("4.4"), gross_weight_kg=Decimal("812.5"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "plan")


def message() -> Consolidation:
    """Return the message about load L0001."""
    return next(row for row in consolidations(travelling_plan(), NETWORK, shipments()) if row.load_id == "L0001")


def answer(*confirmations: Confirmation) -> str:
    """Return what the partner of the confirmations sends back."""
    return write_answer(message(), confirmations, confirmations[0].reported_by).decode("latin-1")


def refused(folder: Path, text: str) -> list[Finding]:
    """Return the findings of an answer that must change nothing."""
    file = folder.parent / "answer.edi"
    file.write_text(text, encoding="latin-1")
    before = contents(folder)
    with pytest.raises(InputError) as caught:
        import_confirmations(folder, file, by="Mei", context=CONTEXT)
    assert contents(folder) == before
    return list(caught.value.findings)


def test_an_answer_is_taken_in_once(folder: Path) -> None:
    file = folder.parent / "answer.edi"
    file.write_text(answer(BOOKED, GATED), encoding="latin-1")
    done = import_confirmations(folder, file, by="Mei", context=CONTEXT)
    assert [row.confirmation for row in read_log(folder)] == [BOOKED, GATED]
    assert (len(done.new), done.state.shipments["S2"].status) == (2, "booked")
    again = import_confirmations(folder, file, by="Mei", context=CONTEXT)
    assert (len(again.new), again.known) == (0, 2)


@pytest.mark.parametrize(("old", "new", "field"), [
    ("UNB+UNOC", "UNB+UNOQ", "UNB 0001"),
    ("UNZ+1", "UNZ+2", "UNZ 0036"),
    ("IFCSUM:D:01B", "IFTSTA:D:01B", "UNH S009"),
    ("RFF+FF:", "RFF+FF:X", "plan_id"),
    ("CNI+2+S2", "CNI+2+S77", "RFF 1154"),
    ("CNT+15:10.4", "CNT+15:10", "CNT 6066"),
    ("BKD:EVENT", "BKX:EVENT", "FTX code"),
    ("GTI:EVENT", "DLV:EVENT", "kind"),
    ("MEA+AAE+AAW+MTQ:4.4'\n", "", "MEA"),
])  # fmt: skip
def test_a_wrong_answer_changes_nothing(folder: Path, old: str, new: str, field: str) -> None:
    text = answer(BOOKED, GATED)
    assert old in text
    text = text.replace(old, new)
    text = re.sub(r"UNT\+\d+", f"UNT+{text.count(chr(39) + chr(10)) - 3}", text)
    found = refused(folder, text)
    assert field in [each.field for each in found]
    assert all(each.file == "answer.edi" and each.expected for each in found)


def test_an_answer_of_an_earlier_version_changes_nothing(folder: Path) -> None:
    text = answer(BOOKED).replace("::1'", "::2'").replace(":1+6'", ":2+6'")
    assert "plan_version" in [each.field for each in refused(folder, text)]
