"""PostgreSQL's errors, mapped once at the adapter's edge.

The original is not chained: a driver's message repeats the row (``DETAIL: Key (email)=...``),
and SQLAlchemy's the parameters. What is kept is the SQLSTATE and the constraint's name.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import psycopg_pool
from sqlalchemy import exc as sa_exc

from salesagent_core.errors import Conflict, Rejected, SalesAgentError, Unavailable

UNIQUE_VIOLATION = "23505"
DEADLOCK = "40P01"
SERIALIZATION_FAILURE = "40001"
RETRYABLE = frozenset({DEADLOCK, SERIALIZATION_FAILURE})
"""The transaction was rolled back for certain, and the same one may succeed at once."""

_MAY_WORK_LATER = {
    "08": "the connection to the database was lost",
    "25": "the database does not take writes now",
    "28": "the database refused our login",
    "3D": "the database does not exist",
    "40": "the database undid a transaction that collided with another",
    "42": "the database schema is not this version's: run the migrations",
    "53": "the database is out of resources",
    "55": "the database is busy with the same rows",
    "57": "the database stopped the statement",
    "58": "the database's storage failed",
    "XX": "the database failed within itself",
}
"""By SQLSTATE class; a class that is not here means that the same statement fails again."""

_NO_PRIVILEGE = "42501"
_OURS = (psycopg.ProgrammingError, psycopg.DataError, psycopg.NotSupportedError)
"""Without a code these are about what we asked of the driver: it fails again."""
_STATE_LOST = (
    sa_exc.PendingRollbackError,
    sa_exc.ResourceClosedError,
    sa_exc.DisconnectionError,
)


@contextmanager
def mapped() -> Iterator[None]:
    """Raise salesagent's errors instead of the driver's.

    Raises:
        Unavailable, Conflict, Rejected
    """
    failure: SalesAgentError | None = None
    try:
        yield
    except (psycopg.Error, psycopg_pool.PoolTimeout, sa_exc.SQLAlchemyError) as error:
        failure = translate(error)
        _scrub(error)
    if failure is not None:
        raise failure from None


def sqlstate_of(error: BaseException) -> str | None:
    """The five-character code; None when the server never answered."""
    original = error.orig if isinstance(error, sa_exc.DBAPIError) else error
    return original.sqlstate if isinstance(original, psycopg.Error) else None


def translate(error: BaseException) -> SalesAgentError:
    """The error of ours that tells the caller what to do."""
    original = error.orig if isinstance(error, sa_exc.DBAPIError) else error
    code = sqlstate_of(error)
    if code == UNIQUE_VIOLATION and isinstance(original, psycopg.Error):
        name = original.diag.constraint_name or "a unique key"
        return Conflict(f"something with the same identity is stored already ({name})")
    if code is None:
        return _without_code(original)
    sentence = _MAY_WORK_LATER.get(code[:2])
    if sentence is None or code == _NO_PRIVILEGE:
        return Rejected(f"the database refused a statement (SQLSTATE {code})")
    return Unavailable(f"{sentence} (SQLSTATE {code})")


def _scrub(error: BaseException) -> None:
    # Python keeps the original as the context, and a reporter may print it.
    code = sqlstate_of(error)
    error.args = (f"SQLSTATE {code}",)
    if isinstance(error, sa_exc.DBAPIError) and error.orig is not None:
        error.orig.args = error.args


def _without_code(original: BaseException | None) -> SalesAgentError:
    if isinstance(original, sa_exc.TimeoutError | psycopg_pool.PoolTimeout):
        return Unavailable("every connection to the database is in use")
    if isinstance(original, psycopg.OperationalError | psycopg.InterfaceError):
        return Unavailable("the database cannot be reached")
    if isinstance(original, psycopg.Error) and not isinstance(original, _OURS):
        # The driver's own library made the error: the server's answer broke off, or made no sense.
        return Unavailable("the connection to the database was lost")
    if isinstance(original, _STATE_LOST):
        return Unavailable("the connection to the database was lost")
    return Rejected(f"the database adapter failed ({type(original).__name__})")
