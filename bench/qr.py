"""How many of 120 worn pictures the field app's reader reads, and whether it ever reads anything wrong.

python -m bench.qr              the pictures of bench/qr_images.py through the shipped scanner in Chromium
python -m bench.qr --seed 7     other pictures
"""

from __future__ import annotations

import argparse
import base64
import json
import statistics
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench import qr_images
from bench.field_files import served

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
LEAST = 90
READ = """async (pictures) => {
  const read = await (await import("/app/scan.js")).reader();
  const found = [];
  for (const picture of pictures) {
    const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], {type: "image/png"}));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
    const ground = canvas.getContext("2d");
    ground.drawImage(bitmap, 0, 0);
    const data = ground.getImageData(0, 0, canvas.width, canvas.height);
    const begin = performance.now();
    const codes = await read(data);
    found.push([codes[0]?.text ?? null, performance.now() - begin]);
  }
  return found;
}"""


def read(page: Page, seed: int, number: int) -> dict[str, Any]:
    """What became of each picture."""
    texts, packed = [], []
    for text, grey in qr_images.pictures(seed, number):
        texts.append(text)
        packed.append(base64.b64encode(qr_images.png(grey)).decode())
    found = page.evaluate(READ, packed)
    right = [i for i, (text, _) in enumerate(found) if text == texts[i]]
    wrong = [i for i, (text, _) in enumerate(found) if text is not None and text != texts[i]]
    kinds = ("pass", "tube", "row")
    return {
        "pictures": number, "read": len(right), "wrong": len(wrong), "wrong_ones": wrong,
        "by_kind": {kind: sum(i % 3 == place for i in right) for place, kind in enumerate(kinds)},
        "ms_median": round(statistics.median(ms for _, ms in found), 1),
        "ms_p95": round(sorted(ms for _, ms in found)[int(0.95 * (number - 1))], 1),
    }  # fmt: skip


def main() -> None:
    """One line of JSON; exit 1 below what is promised."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=qr_images.SEED)
    parser.add_argument("--number", type=int, default=qr_images.NUMBER)
    told = parser.parse_args()
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.goto(f"{address}/blank.html")
        result = read(page, told.seed, told.number)
        browser.close()
    print(json.dumps(result))
    if result["wrong"] or result["read"] * qr_images.NUMBER < LEAST * told.number:
        sys.exit(1)


if __name__ == "__main__":
    main()
