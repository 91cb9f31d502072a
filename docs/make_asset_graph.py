"""Take `docs/images/asset-graph.png` and `asset-model.png`: Dagster's own pictures, in headless Chromium.

Usage: `.venv/bin/python docs/make_asset_graph.py`. Needs Debian's chromium. Starts the web server on a loopback port
with a throw-away instance and stops it afterwards.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
GRAPH = ROOT / "docs" / "images" / "asset-graph.png"
MODEL = GRAPH.with_name("asset-model.png")
START_SECONDS = 120
SETTLE_MS = 3_000
EXPANDED = ("models",)
SELECTED = "fuel_tax"


def free_port() -> int:
    """A loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_up(url: str, server: "subprocess.Popen[bytes]") -> None:
    """Return once the server answers; end the script when it died or never answered."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            sys.exit(f"the web server ended with status {server.returncode}")
        try:
            with urllib.request.urlopen(f"{url}/server_info", timeout=2):
                return
        except OSError:
            time.sleep(0.5)
    sys.exit(f"no answer from {url} within {START_SECONDS} s")


def shoot(url: str) -> None:
    """Open the global lineage graph, expand two groups and save it."""
    chromium = shutil.which("chromium") or sys.exit("install Debian's chromium first")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 2200, "height": 1500})
        page.goto(f"{url}/asset-groups")
        page.wait_for_selector("svg foreignObject", timeout=60_000)
        for name in EXPANDED:
            page.locator("svg foreignObject").get_by_text(name, exact=True).first.dblclick()
            page.wait_for_timeout(SETTLE_MS)
        page.reload()  # the address holds what is expanded; a fresh page is zoomed to fit
        page.wait_for_selector("svg foreignObject", timeout=60_000)
        page.wait_for_timeout(SETTLE_MS)
        page.screenshot(path=GRAPH)
        page.locator("svg foreignObject").get_by_text(SELECTED, exact=True).first.click()
        page.wait_for_timeout(SETTLE_MS)
        page.screenshot(path=MODEL)
        browser.close()


def main() -> None:
    """Serve, look, stop."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as home:
        shutil.copy(ROOT / "pipelines" / "dagster.yaml", home)
        environment = {**os.environ, "DAGSTER_HOME": home, "XIANSUO_HOME": f"{home}/state"}
        dagster = Path(sys.executable).with_name("dagster-webserver")
        command = [str(dagster), "-w", str(ROOT / "workspace.yaml"), "-h", "127.0.0.1", "-p", str(port)]
        server = subprocess.Popen(command, env=environment, cwd=home)
        try:
            wait_until_up(url, server)
            GRAPH.parent.mkdir(exist_ok=True)
            shoot(url)
        finally:
            server.terminate()
            server.wait(timeout=30)


if __name__ == "__main__":
    main()
