"""The two pages people open in a browser, in real Chromium: the quality page and Dagster's asset graph.

Neither may ask anybody but this machine for anything.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from xiansuo.contracts.load import load_contracts
from xiansuo.core.settings import Settings
from xiansuo.quality.audit import audit_dataset
from xiansuo.supervision.load import find_model

if TYPE_CHECKING:
    from conftest import Demo

DATASET = "cert.cert_presented"
START_SECONDS, PAGE_MS = 180, 120_000
OWN_HOSTS = ("127.0.0.1", "localhost")


@dataclass
class Watched:
    """A page and what it did on the network and the console."""

    page: Page
    requested: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def foreign(self) -> list[str]:
        """Addresses beyond this machine that the page asked for."""
        inside = ("file", "data", "blob")
        split = [(url, urlsplit(url)) for url in self.requested]
        return [url for url, parts in split if parts.scheme not in inside and parts.hostname not in OWN_HOSTS]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium, "install Debian's chromium: these tests are not to be skipped"
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield found
        found.close()


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 2200, "height": 1500})
    seen = Watched(context.new_page())
    context.on("request", lambda request: seen.requested.append(request.url))
    seen.page.on("websocket", lambda socket_: seen.requested.append(socket_.url))
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
    yield seen
    context.close()


@pytest.fixture(scope="module")
def quality_page(demo: Demo, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page an audit of one demo dataset leaves, moved away from everything else."""
    home = tmp_path_factory.mktemp("quality")
    (home / "lake").symlink_to(demo.home / "lake")
    audit_dataset(Settings.discover(project=project, home=home), load_contracts(project)[DATASET])
    domain, name = DATASET.split(".")
    return Path(shutil.copy(home / "quality" / domain / f"{name}.html", home / "alone.html"))


@pytest.fixture(scope="module")
def dagster_url(demo: Demo, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Dagster's web server over the project, started from a folder that has nothing to do with it."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    shutil.copy(project / "pipelines" / "dagster.yaml", elsewhere)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [str(Path(sys.executable).with_name("dagster-webserver")), "-w", str(project / "workspace.yaml")]
    log = (elsewhere / "server.log").open("wb")
    server = subprocess.Popen(
        [*command, "-h", "127.0.0.1", "-p", port],
        cwd=elsewhere,
        stdout=log,
        stderr=subprocess.STDOUT,
        env={**os.environ, "DAGSTER_HOME": str(elsewhere), "XIANSUO_HOME": str(demo.home)},
    )
    try:
        _wait(f"http://127.0.0.1:{port}/server_info", server, elsewhere / "server.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=60)
        log.close()


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"no answer from the web server:\n{log.read_text(encoding='utf-8')[-2000:]}")


@pytest.mark.filterwarnings("ignore")  # what Great Expectations imports warns, and what it does is not ours
def test_quality_page_is_readable_offline(quality_page: Path, watched: Watched, project: Path) -> None:
    contract = load_contracts(project)[DATASET]
    watched.page.context.set_offline(True)
    watched.page.goto(quality_page.as_uri())
    expect(watched.page.get_by_role("heading", level=1)).to_contain_text(contract.title)
    expect(watched.page.get_by_text("全部通过")).to_be_visible()
    lines = watched.page.locator("tbody tr")
    assert lines.count() >= len(contract.row_checks) + len(contract.columns) // 2
    for text in (*lines.all_inner_texts(), watched.page.title()):
        assert any("一" <= sign <= "鿿" for sign in text), text
    assert (watched.foreign, watched.errors) == ([], [])
    assert watched.requested == [quality_page.as_uri()]


def test_asset_graph_shows_the_model_in_chinese_and_stays_on_this_machine(
    dagster_url: str, watched: Watched, project: Path
) -> None:
    model = find_model(project, "fuel_tax")
    watched.page.set_default_timeout(PAGE_MS)
    watched.page.goto(f"{dagster_url}/asset-groups")
    watched.page.wait_for_selector("svg foreignObject")
    for group in ("models", "marts", "fuel"):
        expect(watched.page.locator("svg foreignObject").get_by_text(group, exact=True).first).to_be_visible()
    watched.page.goto(f"{dagster_url}/assets/models/fuel_tax?view=overview")
    expect(watched.page.get_by_text(model.spec.title).first).to_be_visible(timeout=PAGE_MS)
    expect(watched.page.get_by_text(model.spec.summary[:20]).first).to_be_visible(timeout=PAGE_MS)
    assert watched.foreign == []
    assert any("/graphql" in url for url in watched.requested)
