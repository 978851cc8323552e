"""Business days: the weekends and public holidays of a country."""

from __future__ import annotations

import functools
from datetime import date, timedelta

from salesagent_core.domain.time_zones import country_code
from salesagent_core.errors import InvalidInput

USUAL_WEEKEND = frozenset({5, 6})
"""Saturday and Sunday, for a country that is unknown."""
MAX_BUSINESS_DAYS = 1_000


def is_business_day(day: date, country: str | None) -> bool:
    """False on the country's weekend and public holidays (nation-wide ones only).

    With an unknown country only Saturday and Sunday are free. Source: the ``holidays`` package.
    """
    weekend, holidays = _free_days(country_code(country), day.year)
    return day.weekday() not in weekend and day not in holidays


def add_business_days(day: date, n: int, country: str | None) -> date:
    """The n-th business day after ``day``; for n = 0 the day itself or the next business day.

    Raises:
        InvalidInput: n is negative or above ``MAX_BUSINESS_DAYS``.
    """
    if not 0 <= n <= MAX_BUSINESS_DAYS:
        raise InvalidInput(f"business days to add must be 0 to {MAX_BUSINESS_DAYS}")
    while n == 0 and not is_business_day(day, country):
        day += timedelta(days=1)
    while n > 0:
        day += timedelta(days=1)
        n -= is_business_day(day, country)
    return day


@functools.lru_cache(maxsize=256)
def _free_days(country: str | None, year: int) -> tuple[frozenset[int], frozenset[date]]:
    if country is None:
        return USUAL_WEEKEND, frozenset()
    # Imported here: the package is large and most of the core never needs it.
    import holidays

    try:
        # The year after holds holidays that are observed in this one (1 January on a Sunday).
        calendar = holidays.country_holidays(country, years=(year, year + 1))
    except NotImplementedError:
        return USUAL_WEEKEND, frozenset()
    days = frozenset(day for day in calendar if day.year == year)
    return frozenset(calendar.weekend), days
