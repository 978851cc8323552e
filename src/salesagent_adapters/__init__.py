"""Everything that touches the world: Postgres, queues, vendors, and memory stand-ins for tests."""

from importlib.util import find_spec

_NEEDED = ("alembic", "cattrs", "cryptography", "dramatiq", "psycopg", "pydantic", "sqlalchemy")

_missing = [name for name in _NEEDED if find_spec(name) is None]
if _missing:
    raise ImportError(
        f'salesagent_adapters needs {", ".join(_missing)}: run pip install "salesagent[adapters]"'
    )
