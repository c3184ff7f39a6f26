"""120 pictures of codes as a telephone at a gate takes them at night: blurred, turned, tilted, noisy, pale.

Fixed before any reader was tried: each range is drawn from evenly (640 × 480, blur to 2.2 px, turned to 35°,
tilted, noise to 30 of 255, contrast down to a quarter). The same seed gives the same pictures.
`python -m bench.qr_images --out DIR` writes them as PNG to look at.
"""

from __future__ import annotations

import argparse
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from muster.core.ids import derive_id, short_code
from muster.domain.passes.rules import PassKind
from muster.domain.passes.token import Claims, issue

WIDTH, HEIGHT = 640, 480
NUMBER, SEED = 120, 20220218
FINER = 2
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
Picture = NDArray[np.uint8]
Plane = NDArray[np.float64]


@dataclass(frozen=True)
class Shot:
    """One picture: what the code says and what was done to it."""

    text: str
    side: float
    turn: float
    tilt: tuple[float, float]
    blur: float
    noise: float
    contrast: float
    light: float
    slope: tuple[float, float]


def text_of(number: int) -> str:
    """A pass, the code of a tube, the code of a row on paper: in turn."""
    identity = derive_id("bench", "qr", number)
    if number % 3 == 0:
        return issue(
            Claims(
                identity, "lg-0217", PassKind.RESIDENT, short_code(identity, 8), 1_645_185_600, 1_645_272_000
            ),
            KEY,
        )
    return f"T{short_code(identity, 9)}" if number % 3 == 1 else f"MUR1:{short_code(identity, 9)}"


def shots(seed: int = SEED, number: int = NUMBER) -> Iterator[Shot]:
    """What is done to each picture, drawn evenly from the whole of each range."""
    dice = np.random.default_rng(seed)
    for place in range(number):
        yield Shot(
            text=text_of(place),
            side=dice.uniform(230, 400),
            turn=float(np.radians(dice.uniform(-35, 35))),
            tilt=(dice.uniform(-0.25, 0.25), dice.uniform(-0.25, 0.25)),
            blur=dice.uniform(0, 2.2),
            noise=dice.uniform(0, 30),
            contrast=dice.uniform(0.25, 1),
            light=dice.uniform(0.35, 0.65),
            slope=(dice.uniform(-0.2, 0.2), dice.uniform(-0.2, 0.2)),
        )


def picture(shot: Shot, seed: int, finer: int = FINER) -> Picture:
    """The picture in grey; `seed` is for the noise, `finer` for the points that each of its points is made of."""
    dice = np.random.default_rng(seed)
    x, y = np.meshgrid(
        (np.arange(WIDTH * finer) + 0.5) / finer - WIDTH / 2,
        (np.arange(HEIGHT * finer) + 0.5) / finer - HEIGHT / 2,
    )
    fine = _code(shot, x, y)
    grey = fine.reshape(HEIGHT, finer, WIDTH, finer).mean(axis=(1, 3))
    grey = gaussian_filter(grey, shot.blur)
    across, down = np.meshgrid(np.linspace(-0.5, 0.5, WIDTH), np.linspace(-0.5, 0.5, HEIGHT))
    grey = shot.light + (grey - 0.5) * shot.contrast + across * shot.slope[0] + down * shot.slope[1]
    grey = grey * 255 + dice.normal(0, shot.noise, grey.shape)
    page: Picture = np.clip(grey, 0, 255).astype(np.uint8)
    return page


def _code(shot: Shot, x: Plane, y: Plane) -> Plane:
    """The code seen from the side: for each point of the picture, the module that is there (1 is paper)."""
    modules = np.array(list(segno.make_qr(shot.text, error="m").matrix_iter(border=4)), dtype=np.float64)
    far = 1 / (1 - (shot.tilt[0] * x + shot.tilt[1] * y) / shot.side)
    u = (np.cos(shot.turn) * x + np.sin(shot.turn) * y) * far
    v = (-np.sin(shot.turn) * x + np.cos(shot.turn) * y) * far
    scale = len(modules) / shot.side
    column, row = (np.floor(axis * scale + len(modules) / 2).astype(int) for axis in (u, v))
    inside = (column >= 0) & (column < len(modules)) & (row >= 0) & (row < len(modules))
    seen = np.full(x.shape, 0.82)  # the table it lies on
    seen[inside] = 1 - modules[row[inside], column[inside]]
    return seen


def png(grey: Picture) -> bytes:
    """A grey picture as PNG."""
    height, width = grey.shape
    rows = b"".join(b"\0" + row.tobytes() for row in grey)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows, 1))
        + chunk(b"IEND", b"")
    )


def pictures(seed: int = SEED, number: int = NUMBER) -> Iterator[tuple[str, Picture]]:
    """What each code says, and its picture."""
    for place, shot in enumerate(shots(seed, number)):
        yield shot.text, picture(shot, seed + place)


def video(texts: list[str], seconds: float = 1.5, late: float = 1.0, rate: int = 10) -> bytes:
    """A film in which codes are held up one after the other, each a moment late and never still: turned, tilted, nearer
    and farther (Y4M, 4:2:0, as Chromium takes it for a camera)."""
    half = b"\x80" * (WIDTH * HEIGHT // 2)
    nothing = bytes([128]) * (WIDTH * HEIGHT)
    film = bytearray(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{rate}:1 Ip A1:1 C420\n".encode())
    for place, text in enumerate(texts):
        film += (b"FRAME\n" + nothing + half) * int(late * rate)
        for frame in range(int(seconds * rate)):
            wave = float(np.sin(frame / 3 + place))
            shot = Shot(text, 340 + 40 * wave, 0.5 * wave, (0.12 * wave, 0.05), 0.8, 6, 0.8, 0.5, (0.1, 0.05))
            film += b"FRAME\n" + picture(shot, frame, finer=1).tobytes() + half
    return bytes(film)


def main() -> None:
    """Write the pictures, each named by its place, and a list of what they say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--number", type=int, default=NUMBER)
    told = parser.parse_args()
    told.out.mkdir(parents=True, exist_ok=True)
    texts = []
    for place, (text, grey) in enumerate(pictures(told.seed, told.number)):
        (told.out / f"{place:03}.png").write_bytes(png(grey))
        texts.append(text)
    (told.out / "texts.txt").write_text("\n".join(texts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
