"""Files of published standards for a plan, by the name of their format: IFCSUM, DCSA bookings, SP-API requests."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property

from consolidation.partners.consolidations import Consolidation, consolidations, following
from consolidation.partners.dcsa_booking import bookings, lot_id, lot_of, marks_of, write_booking
from consolidation.partners.dcsa_model import Booking
from consolidation.partners.ifcsum import write_ifcsum
from consolidation.partners.spapi import InboundRequests, inbound_requests, write_requests
from consolidation.plan_model import Plan
from consolidation.shipments import Shipment
from network.model import Network


class StandardFiles:
    """The files of one plan; what they are made from is worked out once, whichever of them are asked for.

    Parameters
    ----------
    shipments : what the plan was made from; may be left out, then cartons, tariff codes and classes stay blank
    """

    def __init__(self, plan: Plan, network: Network, shipments: Sequence[Shipment] = ()) -> None:
        self._plan, self._network, self._shipments = plan, network, shipments

    @cached_property
    def consolidations(self) -> dict[str, Consolidation]:
        """Message by load id."""
        return {row.load_id: row for row in consolidations(self._plan, self._network, self._shipments)}

    @cached_property
    def bookings(self) -> dict[str, Booking]:
        """Booking request by load id, or by lot (departure:warehouse:centre) of co-loaded goods."""
        lots = {lot_id(lot): lot for lot in (lot_of(row) for row in self._plan.shipments if row.service == "co_load")}
        found: dict[str, Booking] = {}
        for booking in bookings(self._plan, self._network, self._shipments):
            name = marks_of(booking, "booking").load_id
            found[lots.get(name, name)] = booking
        return found

    @cached_property
    def requests(self) -> dict[str, list[InboundRequests]]:
        """Requests to Amazon by seller."""
        found: dict[str, list[InboundRequests]] = {}
        for each in inbound_requests(self._plan, self._network, self._shipments):
            found.setdefault(each.inventory.seller_id, []).append(each)
        return found

    def ifcsum(
        self, loads: Collection[str] | None = None, earlier: Iterable[Consolidation] | None = None
    ) -> Iterator[tuple[str, bytes]]:
        """Yield an interchange per consolidation, ``LOAD.edi``.

        Parameters
        ----------
        loads : only these; None: all
        earlier : messages that partners hold from the plan before; then only what changed is sent, see
            :func:`~consolidation.partners.consolidations.following`
        """
        messages: Iterable[Consolidation] = self.consolidations.values()
        for message in messages if earlier is None else following(messages, earlier):
            if loads is None or message.load_id in loads:
                yield f"{message.load_id}.edi", write_ifcsum(message)

    def dcsa(self, subjects: Collection[str] | None = None) -> Iterator[tuple[str, bytes]]:
        """Yield a booking request per ocean load and lot of co-loaded goods, ``LOAD.dcsa.json``."""
        for subject, booking in self.bookings.items():
            if subjects is None or subject in subjects:
                yield f"{marks_of(booking, subject).load_id}.dcsa.json", write_booking(booking)

    def spapi(self, sellers: Collection[str] | None = None) -> Iterator[tuple[str, bytes]]:
        """Yield a folder of requests per inbound plan of a seller."""
        for seller in self.requests if sellers is None else sellers:
            for each in self.requests.get(seller, ()):
                for file, content in write_requests(each):
                    yield f"{each.folder}/{file}", content


StandardWriter = Callable[[Plan, Network, Sequence[Shipment]], Iterable[tuple[str, bytes]]]


def ifcsum_files(plan: Plan, network: Network, shipments: Sequence[Shipment] = ()) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of every IFCSUM file of a plan."""
    return StandardFiles(plan, network, shipments).ifcsum()


def dcsa_files(plan: Plan, network: Network, shipments: Sequence[Shipment] = ()) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of every DCSA booking request of a plan."""
    return StandardFiles(plan, network, shipments).dcsa()


def spapi_files(plan: Plan, network: Network, shipments: Sequence[Shipment] = ()) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of every skeleton of a request to Amazon."""
    return StandardFiles(plan, network, shipments).spapi()


STANDARDS: dict[str, StandardWriter] = {"ifcsum": ifcsum_files, "dcsa": dcsa_files, "spapi": spapi_files}
"""Writers by the name of their format; each yields (path, content)."""
