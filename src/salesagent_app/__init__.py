"""The service: settings, composition, HTTP, pages, workers and the command line."""

from importlib.util import find_spec

_NEEDED = ("dependency_injector", "jinja2", "litestar", "pydantic_settings", "rich", "structlog")

_missing = [name for name in _NEEDED if find_spec(name) is None]
if _missing:
    raise ImportError(
        f'salesagent_app needs {", ".join(_missing)}: run pip install "salesagent[app]" '
        '(pip install "salesagent[adapters]" brings the adapters alone)'
    )
