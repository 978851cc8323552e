"""Meeting slots: free half hours in business time, in the lead's time zone."""

from __future__ import annotations

from datetime import datetime

import attrs


@attrs.frozen(kw_only=True)
class Busy:
    """A span in which the sender is not free. Both aware; ``end`` is exclusive."""

    start: datetime
    end: datetime


@attrs.frozen(kw_only=True)
class Slot:
    """A free span, as aware UTC datetimes; ``end`` is exclusive."""

    start: datetime
    end: datetime


@attrs.frozen(kw_only=True)
class SlotOffer:
    """The slots a draft may offer, and the IANA zone they are to be written in."""

    slots: tuple[Slot, ...]
    time_zone: str
