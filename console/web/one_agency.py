"""What a person who has logged in may reach: one agency of the installation, whatever else lies there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.installation import Installation

if TYPE_CHECKING:
    from temporalio.client import Client

    from console.witness import Witness
    from contracts.agencies import Agency
    from runtime.audit.log import AuditLog, Signer
    from runtime.bus import Access, Seal
    from runtime.keys.case_keys import CaseKeys
    from runtime.processing.log import SqlProcessingLog
    from runtime.temporal.codec import CaseCodec


class OtherAgency(LookupError):  # noqa: N818 - named as what is the case
    """It is another agency's."""


class OneAgency(Installation):
    """An installation as one person at one agency sees it. It shares connections and drivers with the whole one.

    Args:
        whole: The installation.
        agency: Where the person works.
        witness: Who writes down what they read and do.
    """

    def __init__(self, whole: Installation, agency: Agency, witness: Witness) -> None:
        for shared in ("directory", "keys", "people", "certificates"):
            getattr(whole, shared)  # read once, not once for each person
        vars(self).update(vars(whole))
        vars(self)["witness"] = witness
        self._agency = agency

    @property
    def with_key(self) -> list[Agency]:
        """The one agency."""
        return [self._agency]

    async def client(self, agency: Agency) -> Client:
        """A client in the namespace of the one agency.

        Raises:
            OtherAgency: It is another's.
        """
        return await super().client(self._mine(agency))

    def operator_seed(self, agency: Agency) -> str:
        """See ``Installation``.

        Raises:
            OtherAgency: It is another's.
        """
        return super().operator_seed(self._mine(agency))

    def operator(self, agency: Agency) -> Access:
        """See ``Wiring``.

        Raises:
            OtherAgency: It is another's.
        """
        return super().operator(self._mine(agency))

    def seal(self, agency: Agency) -> Seal:
        """See ``Wiring``.

        Raises:
            OtherAgency: It is another's.
        """
        return super().seal(self._mine(agency))

    def codec(self, slug: str) -> CaseCodec:
        """See ``Wiring``.

        Raises:
            OtherAgency: It is another's.
        """
        return super().codec(self._mine_by(slug))

    def case_keys(self, slug: str) -> CaseKeys:
        """See ``Wiring``.

        Raises:
            OtherAgency: They are another's.
        """
        return super().case_keys(self._mine_by(slug))

    def processing_log(self, slug: str) -> SqlProcessingLog:
        """See ``Wiring``.

        Raises:
            OtherAgency: It is another's.
        """
        return super().processing_log(self._mine_by(slug))

    def audit(self, slug: str) -> AuditLog:
        """See ``Wiring``.

        Raises:
            OtherAgency: It is another's.
        """
        return super().audit(self._mine_by(slug))

    def audit_signer(self, slug: str) -> Signer:
        """See ``Wiring``.

        Raises:
            OtherAgency: It is another's.
        """
        return super().audit_signer(self._mine_by(slug))

    def _mine(self, agency: Agency) -> Agency:
        self._mine_by(agency.slug)
        return self._agency

    def _mine_by(self, slug: str) -> str:
        if slug != self._agency.slug:
            raise OtherAgency("this is another agency's")
        return slug
