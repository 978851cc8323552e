"""What a user gets from ``pip install``: the right files, few dependencies, clear refusals."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

import salesagent_core

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
PACKAGES = ("salesagent_core", "salesagent_contracts", "salesagent_adapters", "salesagent_app")
LOCKS = (ROOT / "constraints.txt", *sorted((ROOT / "requirements").glob("*.txt")))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel that a release would publish."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return zipfile.ZipFile(next(folder.glob("*.whl")))


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_the_wheel_holds_every_file_of_the_three_packages(wheel: zipfile.ZipFile) -> None:
    packed = set(wheel.namelist())
    wanted = {
        path.relative_to(SOURCE).as_posix()
        for package in PACKAGES
        for path in (SOURCE / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted - packed == set()
    assert {f"{package}/py.typed" for package in PACKAGES} <= packed
    assert any("/templates/" in name for name in packed)
    assert any("/static/" in name for name in packed)
    assert any("/migrations/" in name for name in packed)
    assert any(name.endswith("licenses/LICENSE") for name in packed)


def test_the_wheel_holds_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_the_wheel_brings_the_salesagent_command(wheel: zipfile.ZipFile) -> None:
    (entry_points,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "salesagent = salesagent_app.cli:main" in wheel.read(entry_points).decode()


def test_the_core_depends_only_on_libraries_that_depend_on_next_to_nothing(
    project: dict[str, Any],
) -> None:
    """A small domain library may need one more of its kind, never a framework."""
    heavy = {"pydantic", "httpx", "requests", "sqlalchemy", "click", "cryptography", "aiohttp"}
    for dependency in project["project"]["dependencies"]:
        name = _name(dependency)
        try:
            needed = {_name(line) for line in requires(name) or () if "extra ==" not in line}
        except PackageNotFoundError:
            pytest.fail(f"{name} is declared but not installed")
        assert needed.isdisjoint(heavy), f"{name} brings {needed & heavy}"


@pytest.mark.parametrize("package", ["salesagent_adapters", "salesagent_app"])
def test_a_package_without_its_extra_says_which_extra_to_install(
    package: str, tmp_path: Path
) -> None:
    """``-S`` leaves site-packages out: only attrs is there, as after a plain install."""
    import attr
    import attrs

    for module in (attr, attrs):
        folder = Path(module.__file__ or "").parent
        (tmp_path / folder.name).symlink_to(folder)
    code = f"""
import sys
sys.path[:0] = [{str(SOURCE)!r}, {str(tmp_path)!r}]
import salesagent_core
salesagent_core.Lead
import {package}
"""
    run = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True)
    assert run.returncode == 1
    assert "ImportError" in run.stderr
    assert 'pip install "salesagent[adapters]"' in run.stderr


def test_every_locked_package_has_a_version_and_a_hash() -> None:
    entries = re.split(r"(?m)^(?=\S)", (ROOT / "constraints.txt").read_text())[1:]
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9-]+==[0-9][^\s;]*", entry), entry.splitlines()[0]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry.splitlines()[0]


def test_every_declared_dependency_is_locked(project: dict[str, Any]) -> None:
    declared = [
        *project["project"]["dependencies"],
        *(line for extra in project["project"]["optional-dependencies"].values() for line in extra),
        *(
            line
            for name in ("build", "docs", "lint", "test")
            for line in project["dependency-groups"][name]
        ),
    ]
    locked = set(re.findall(r"(?m)^([a-z0-9-]+)==", (ROOT / "constraints.txt").read_text()))
    assert {_name(line) for line in declared} - {"salesagent"} <= locked


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_file_names_no_host_and_no_folder(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    assert not re.search(r"(?m)^\s*(-i|--\w*index|--find-links|-e|/)", text)


def test_every_public_name_of_the_core_can_be_had() -> None:
    for name in salesagent_core.__all__:
        assert getattr(salesagent_core, name) is not None


def test_every_public_class_and_function_says_what_it_is() -> None:
    """The API reference is made of these texts."""
    public = ((name, getattr(salesagent_core, name)) for name in salesagent_core.__all__)
    own = {name for name, value in public if isinstance(value, type | FunctionType)}
    silent = [name for name in own if not (getattr(salesagent_core, name).__doc__ or "").strip()]
    assert silent == []


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        getattr(salesagent_core, "no_such_" + "name")


def test_type_checkers_see_the_names_that_exist_at_run_time() -> None:
    """The imports under ``TYPE_CHECKING`` and the table used at run time say the same."""
    tree = ast.parse((SOURCE / "salesagent_core" / "__init__.py").read_text())
    seen = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("salesagent_core.")
        for alias in node.names
    }
    assert sorted(seen) == salesagent_core.__all__
    for name, module in seen.items():
        assert module is not None
        home = importlib.import_module(module)
        assert getattr(home, name) is getattr(salesagent_core, name)


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found
    return re.sub(r"[-_.]+", "-", found.group()).lower()
