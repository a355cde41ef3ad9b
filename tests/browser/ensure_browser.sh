#!/usr/bin/env bash
# Makes sure that a headless browser is there for the page tests, and says which.
set -euo pipefail

find_browser() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" && return 0
    done
    "$(dirname "$0")/../../.venv/bin/python" - <<'PYTHON'
from pathlib import Path

from playwright.sync_api import sync_playwright

with sync_playwright() as playwright:
    path = playwright.chromium.executable_path
print(path)
raise SystemExit(not Path(path).exists())
PYTHON
}

install_browser() {
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium
    else
        "$(dirname "$0")/../../.venv/bin/playwright" install chromium
    fi
}

find_browser && exit 0
echo "no browser yet, installing one" >&2
install_browser >&2 || true
find_browser && exit 0
cat >&2 <<'EXPLAIN'
No headless browser could be installed. Put chromium or google-chrome on PATH, for
example with: sudo apt-get install chromium
EXPLAIN
exit 1
