"""What every adapter must do, as suites of pytest that run over yours.

Each module holds the cases of one port. They ask for one fixture, a *stage*: it builds the adapter
and lets a case set the other side up and break it (`salesagent_contracts.stages`). In your tests:

    from salesagent_contracts.calendar import *

    @pytest.fixture
    def stage() -> Iterator[MailStage]:
        yield MyStage(...)

`pip install "salesagent[contracts]"` brings what they need. The cases are coroutines: set
`asyncio_mode = "auto"`.
"""

from __future__ import annotations

import pkgutil

try:
    import hypothesis as _hypothesis  # noqa: F401
    import pytest
    import pytest_asyncio as _asyncio  # noqa: F401
except ImportError as missing:
    raise ImportError(
        f'salesagent_contracts needs {missing.name}: pip install "salesagent[contracts]"'
    ) from missing

for _suite in pkgutil.iter_modules(__path__):
    pytest.register_assert_rewrite(f"{__name__}.{_suite.name}")
