"""A report opened in a real browser: Chromium without a window, told what the tests need to know of a page.

CHROMIUM names the program; else it is looked for on PATH. Without one the tests are skipped, unless REQUIRE_BROWSER=1.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_MISSING = "no Chromium: install one (Debian: apt-get install chromium) or name it in CHROMIUM"


def chromium_path() -> str:
    """The program, "" when there is none."""
    named = os.environ.get("CHROMIUM", "")
    found = (shutil.which(name) for name in ((named,) if named else _NAMES))
    return next((path for path in found if path and _runs(path)), "")


def _runs(path: str) -> bool:
    """A name on PATH may be a stub that only tells how to install the real one."""
    return subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0


@contextmanager
def chromium() -> Iterator[Browser]:
    """The running browser. It ends with the block: its event loop must not outlive the tests that need it."""
    path = chromium_path()
    if not path and os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(f"REQUIRE_BROWSER=1 and {_MISSING}")
    if not path:
        pytest.skip(_MISSING)
    from playwright.sync_api import sync_playwright

    # Chromium refuses its sandbox to root, which is what containers of CI run as.
    options = ["--disable-dev-shm-usage", "--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=options)
        yield browser
        browser.close()


def kept(folder: Path, name: str, page: str) -> str:
    """The page as a file; gives the address by which a browser opens it."""
    path = folder / f"{name}.html"
    path.write_text(page, "utf-8")
    return path.as_uri()


OVERFLOWING = """() => {
  const wide = document.documentElement.clientWidth;
  return [...document.querySelectorAll('body *')]
    .filter(one => one.getClientRects().length && one.getBoundingClientRect().right > wide + 0.5)
    .map(one => one.tagName + ' ' + one.textContent.slice(0, 40));
}"""
"""What ends right of the page: what a reader would have to scroll for, or a printer would cut."""

LABELS = """() => {
  const faults = [];
  for (const drawing of document.querySelectorAll('figure svg')) {
    if (!drawing.getClientRects().length) continue;
    const frame = drawing.getBoundingClientRect();
    const texts = [...drawing.querySelectorAll('text')].map(one => [one.textContent, one.getBoundingClientRect()]);
    for (const [text, box] of texts)
      if (box.left < frame.left - 0.5 || box.right > frame.right + 0.5
          || box.top < frame.top - 0.5 || box.bottom > frame.bottom + 0.5)
        faults.push('outside: ' + text);
    texts.forEach(([text, box], place) => texts.slice(place + 1).forEach(([other, next]) => {
      // The boxes hold the font's leading and the halo; letters themselves are less high.
      const beside = box.right < next.left || next.right < box.left;
      const above = box.bottom - 3 < next.top + 3 || next.bottom - 3 < box.top + 3;
      if (!beside && !above) faults.push('overlap: ' + text + ' / ' + other);
    }));
  }
  return faults;
}"""
"""Labels of the drawings that are shown: outside of their drawing, or upon each other."""

CONTRAST = """() => {
  const parsed = text => (text.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(one => one / 255)
    .map(one => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
    .reduce((sum, one, place) => sum + one * [0.2126, 0.7152, 0.0722][place], 0);
  const ground = one => {
    for (; one; one = one.parentElement) {
      const [r, g, b, alpha = 1] = parsed(getComputedStyle(one).backgroundColor);
      if (alpha === 1) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const ratio = (one, two) => (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
  const weak = [];
  const check = (element, colour, least, name) => {
    const found = ratio(light(parsed(colour)), light(ground(element)));
    if (found < least) weak.push(`${found.toFixed(2)} ${name}`);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.textContent.trim() || !element.getClientRects().length || element.closest('title, style')) continue;
    const style = getComputedStyle(element);
    const inSvg = element.closest('svg');
    check(element, inSvg ? style.fill : style.color, 4.5, element.className + ' ' + node.textContent.slice(0, 30));
  }
  for (const name of ['served', 'phase', 'failed', 'point', 'passed'])
    for (const shape of document.querySelectorAll('figure svg rect.' + name + ', figure svg circle.' + name))
      check(shape.closest('figure'), getComputedStyle(shape).fill, 3, name);
  for (const name of ['median', 'cross', 'objective', 'away'])
    for (const shape of document.querySelectorAll('figure svg .' + name))
      check(shape.closest('figure'), getComputedStyle(shape).stroke, 3, name);
  return [...new Set(weak)];
}"""
"""Texts below the contrast that WCAG 2.1 asks for (4.5), and shapes that carry a meaning below 3."""
