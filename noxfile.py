"""The project's commands. ``python3 -m nox`` checks everything; ``python3 -m nox -l`` lists more.

All sessions share one virtual environment, ``.nox/salesagent``, which grows by what a session
needs. Every package in it comes from ``constraints.txt``: name, version and hash.
``requirements/*.txt`` only say which of those names belong to which session.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
from pathlib import Path

import nox

nox.options.sessions = ["lint", "tests"]
nox.needs_version = ">=2024.4.15"

HERE = Path(__file__).parent
LOCK = HERE / "constraints.txt"
SETS = HERE / "requirements"
ENVIRONMENT = HERE / ".nox" / "salesagent"
NPM = HERE / "tests" / "services" / "node"
NODE_NEEDED = (20, 15)
"""What the oldest of the servers in its package-lock.json asks for."""
BENCH_ENVIRONMENT = HERE / ".nox" / "bench"
SET_SOURCES = {
    "app": ("--extra=app", "--group=build"),
    "dev": ("--extra=mcp", "--group=build", "--group=lint", "--group=test", "--group=docs"),
    "bench": ("--extra=app", "--group=build", "--group=bench"),
}
COMPILE = (
    *("pip", "compile", "--quiet", "--universal", "--python-version=3.11"),
    *("--no-header", "--no-annotate", "--no-emit-index-url"),
)


@nox.session(venv_backend="none")
def demo(session: nox.Session) -> None:
    """Install the app and show it at work: ``nox -s demo -- --once``."""
    python = _environment(session, "app")
    session.run(str(python.parent / "salesagent"), "demo", *session.posargs, external=True)


@nox.session(venv_backend="none")
def lint(session: nox.Session) -> None:
    """Style, types, the import contracts, and what bandit knows of weaknesses."""
    python = _environment(session, "dev")
    tools = python.parent
    session.run(str(tools / "ruff"), "check", external=True)
    session.run(str(tools / "ruff"), "format", "--check", external=True)
    # The cache keeps imports of modules that were missing when it was written.
    contracts = (str(tools / "lint-imports"), "--no-cache", "--config", "importlinter.ini")
    session.run(*contracts, external=True)
    session.run(str(tools / "mypy"), external=True)
    bandit = (str(tools / "bandit"), "--quiet", "--recursive", "src")
    # Below "medium" it looks for what ruff's rules S found before it. B608 and B704 are ruff's S608
    # and S704: each place has its answer there.
    session.run(*bandit, "--severity-level", "medium", "--skip", "B608,B704", external=True)


@nox.session(venv_backend="none")
def tests(session: nox.Session) -> None:
    """The test suite; arguments after ``--`` go to pytest."""
    python = _environment(session, "dev")
    _npm_servers(session)
    arguments = ("-n", "3", "--dist", "worksteal", *session.posargs)
    session.run(str(python), "-m", "pytest", *arguments, external=True)


@nox.session(venv_backend="none", default=False)
def docs(session: nox.Session) -> None:
    """The API reference of the core and of the suites, from their docstrings: ``build/api``."""
    python = _environment(session, "dev")
    packages = ("salesagent_core", "salesagent_contracts")
    pdoc = (str(python.parent / "pdoc"), "--docformat", "google", "-o", str(HERE / "build" / "api"))
    session.run(*pdoc, *packages, *session.posargs, external=True)


@nox.session(venv_backend="none", default=False)
def bench(session: nox.Session) -> None:
    """Benchmarks beside their peers, all or one: ``nox -s bench -- ingest --rounds 3``."""
    python = _environment(session, "bench", BENCH_ENVIRONMENT)
    scripts = sorted(path.stem for path in (HERE / "bench").glob("[!_]*.py"))
    for name in session.posargs[:1] or scripts:
        session.run(str(python), f"bench/{name}.py", *session.posargs[1:], external=True)


@nox.session(venv_backend="none", default=False)
def fuzz(session: nox.Session) -> None:
    """Generated requests to the whole API: ``nox -s fuzz -- --examples 200``."""
    python = _environment(session, "dev")
    session.run(str(python), "-m", "tests.e2e.api_fuzz", *session.posargs, external=True)


@nox.session(default=False)
def audit(session: nox.Session) -> None:
    """Ask the advisory service about every locked package; needs the network."""
    session.install("pip-audit")
    session.run("pip-audit", "--disable-pip", "--require-hashes", "--requirement", str(LOCK))


@nox.session(default=False)
def lock(session: nox.Session) -> None:
    """Choose versions anew and write constraints.txt and requirements/*.txt.

    Versions that are there already are kept; ``nox -s lock -- --upgrade`` takes the newest.
    """
    session.install("uv")
    everything = sorted({source for sources in SET_SOURCES.values() for source in sources})
    session.run(
        *("uv", *COMPILE, "--generate-hashes", "pyproject.toml", *everything),
        *("--output-file", str(LOCK), *session.posargs),
        silent=True,
    )
    for name, sources in SET_SOURCES.items():
        session.run(
            *("uv", *COMPILE, "pyproject.toml", *sources, "--constraint", str(LOCK)),
            *("--output-file", str(SETS / f"{name}.txt"), "--upgrade"),
            silent=True,
        )


def _environment(session: nox.Session, name: str, folder: Path = ENVIRONMENT) -> Path:
    """The Python of a virtual environment that holds the set ``name`` and this project."""
    python = folder / "bin" / "python"
    if not python.exists():
        session.run(sys.executable, "-m", "virtualenv", "--quiet", str(folder), external=True)
    wanted = _hashed_requirements(session, name)
    stamp = folder / f".{name}"
    digest = hashlib.sha256(wanted.encode() + (HERE / "pyproject.toml").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return python
    requirements = folder / f"{name}.txt"
    requirements.write_text(wanted)
    pip = (str(python), "-m", "pip", "--disable-pip-version-check")
    quiet = ("--quiet", "--no-deps")
    session.run(
        *(*pip, "install", *quiet, "--require-hashes", "-r", str(requirements)), external=True
    )
    session.run(
        *(*pip, "install", *quiet, "--no-build-isolation", "--editable", str(HERE)), external=True
    )
    session.run(*pip, "check", external=True, silent=True)
    stamp.write_text(digest)
    return python


def _npm_servers(session: nox.Session) -> None:
    """Install the servers that the tests run against, as package-lock.json has them.

    Without Node.js their tests are skipped; in CI that is an error.
    """
    problem = _without_node(session)
    if problem is not None:
        say = session.error if os.environ.get("CI") == "true" else session.warn
        say(f"{problem}: the tests against stand-ins of the vendors need it")
        return
    stamp = NPM / "node_modules" / ".salesagent"
    lock = (NPM / "package-lock.json").read_bytes()
    digest = hashlib.sha256(lock + (NPM / "package.json").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    quiet = ("--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
    session.run("npm", "ci", "--prefix", str(NPM), *quiet, external=True)
    stamp.write_text(digest)


def _without_node(session: nox.Session) -> str | None:
    """Why npm's servers cannot run here, or None."""
    needed = ".".join(map(str, NODE_NEEDED))
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return f"Node.js {needed} or newer, with npm, is not installed"
    said = str(session.run(node, "--version", external=True, silent=True)).strip()
    found = re.match(r"v(\d+)\.(\d+)", said)
    if found is None or (int(found[1]), int(found[2])) < NODE_NEEDED:
        return f"Node.js is {said}, not {needed} or newer"
    return None


def _hashed_requirements(session: nox.Session, name: str) -> str:
    """The lines of constraints.txt for the packages that requirements/``name``.txt lists."""
    locked: dict[str, list[str]] = {}
    for entry in re.split(r"(?m)^(?=\S)", LOCK.read_text()):
        if entry:
            locked.setdefault(entry.partition("==")[0], []).append(entry)
    chosen: list[str] = []
    lines = (SETS / f"{name}.txt").read_text().splitlines()
    # A package may be named once for each Python that wants another version of it.
    for package in dict.fromkeys(line.partition("==")[0] for line in lines):
        if package not in locked:
            session.error(f"{package} is not in constraints.txt; run: nox -s lock")
        chosen += locked.pop(package)
    return "".join(chosen)
