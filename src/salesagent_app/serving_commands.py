"""``salesagent serve``, ``worker``, ``mcp`` and ``migrate``: what runs an installation.

What they need is imported when they run.
"""

from __future__ import annotations

import rich_click as click

from salesagent_app.terminal import as_json, err, out, print_json


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--worker/--no-worker",
    default=None,
    help="Work off runs in this process too. Default: only when REDIS_URL is not set.",
)
@click.option(
    "--notice",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0, 60),
    help="On SIGTERM: seconds to go on answering while readiness says no.",
)
@as_json
def serve(host: str, port: int, worker: bool | None, notice: float, json_: bool) -> None:
    """Serve the API, the webhooks and the operator's pages."""

    from salesagent_app import serving
    from salesagent_app.process import Process
    from salesagent_app.settings import read_settings
    from salesagent_app.telemetry import configure_logging

    settings = read_settings()
    configure_logging(settings.log_level, pretty=False if json_ else None)
    with_worker = settings.redis_url is None if worker is None else worker
    with Process(settings) as process:
        serving.serve(process, host=host, port=port, with_worker=with_worker, notice=notice)


@click.command(name="mcp")
@click.option(
    "--url", default="http://127.0.0.1:8000", show_default=True, help="Where salesagent serves."
)
@click.option(
    "--plain-http", is_flag=True, help="Also over http to another machine: the key is readable."
)
@as_json
def mcp_(url: str, plain_http: bool, json_: bool) -> None:  # noqa: ARG001
    """Give an assistant the queue as tools (MCP, on standard input and output).

    The API key comes from SALESAGENT_API_KEY. Its scopes say which tools there are.
    """
    from salesagent_app.mcp_server import command

    command.run(url, plain_http=plain_http)


@click.command()
@as_json
def worker(json_: bool) -> None:
    """Work off runs until SIGTERM, then drain for up to 30 s."""

    from salesagent_app import serving
    from salesagent_app.process import Process
    from salesagent_app.settings import read_settings
    from salesagent_app.telemetry import configure_logging

    settings = read_settings()
    configure_logging(settings.log_level, pretty=False if json_ else None)
    with Process(settings) as process:
        serving.work(process)


@click.command()
@click.option("--to", "revision", default="head", show_default=True, help="Revision to reach.")
@as_json
def migrate(revision: str, json_: bool) -> None:
    """Bring the database to the newest schema."""

    from salesagent_app import serving
    from salesagent_app.settings import read_settings
    from salesagent_app.telemetry import configure_logging

    settings = read_settings()
    configure_logging("WARNING")
    with err.status("migrating the database"):
        before, after = serving.migrate(settings, revision)
    if json_:
        print_json({"before": before, "after": after})
    else:
        out.print(f"schema: {before or 'empty'} -> {after}")
