"""The embedded server: one folder, several users, nothing lost in between."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from salesagent_adapters.postgres import embedded
from salesagent_core.errors import Rejected

_OTHER_PROCESS = """
import sys
from pathlib import Path
import psycopg
from salesagent_adapters.postgres import embedded
folder = Path(sys.argv[1])
url = embedded.start(folder)
with psycopg.connect(url, autocommit=True) as connection:
    connection.execute("INSERT INTO kept VALUES ('theirs')")
embedded.stop(folder)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sa-pg-") as name:
        place = Path(name) / "made" / "when-needed"
        yield place
        embedded.stop(place)


def kept(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT word FROM kept ORDER BY word").fetchall()
    return [row[0] for row in rows]


def test_a_folder_keeps_its_data_over_restarts_and_for_several_users(folder: Path) -> None:
    url = embedded.start(folder)
    assert embedded.start(folder) == url
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('ours')")
    subprocess.run([sys.executable, "-c", _OTHER_PROCESS, str(folder)], check=True, timeout=60)
    embedded.stop(folder)
    assert kept(url) == ["ours", "theirs"], "one of our two parts still uses it"
    embedded.stop(folder)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url).close()
    assert kept(embedded.start(folder)) == ["ours", "theirs"]


def test_a_folder_that_cannot_be_one_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")
    with pytest.raises(Rejected, match="embedded database"):
        embedded.start(file / "data")


def test_a_path_with_a_space_is_named(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="space"):
        embedded.start(tmp_path / "my data")


def test_a_folder_of_another_version_is_named(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "PG_VERSION").write_text("9\n")
    with pytest.raises(Rejected, match="version"):
        embedded.start(folder)
