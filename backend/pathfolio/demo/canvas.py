"""A small drawing surface for the demo school's pictures: seeded, drawn at twice the size and scaled down smoothly."""

import math
from collections.abc import Callable, Sequence
from random import Random

from PIL import Image, ImageDraw, ImageOps

Point = tuple[float, float]
WIDTH, HEIGHT = 1280, 960
REAL = (1024, 768)
SCALE = 1.6  # twice the real size

PALETTES = (
    ("#f4ead5", "#1f3a5f", "#d9652f", "#e9b44c", "#5b8e7d"),
    ("#fdf6ec", "#3d405b", "#e07a5f", "#81b29a", "#f2cc8f"),
    ("#e8f1f2", "#13293d", "#247ba0", "#f3a712", "#db5461"),
    ("#fff8f0", "#392f5a", "#9a4f96", "#f08a4b", "#8bb174"),
    ("#f1f0ea", "#22333b", "#8a5a44", "#c6ac8f", "#6b8f71"),
    ("#eef4ed", "#134074", "#8da9c4", "#ef8354", "#4f6d7a"),
    ("#fbf3e4", "#2d3142", "#bf4342", "#e6af2e", "#3d7068"),
)


class Canvas:
    """A picture of WIDTH by HEIGHT units; every coordinate is in those units, every choice comes from `random`."""

    def __init__(self, seed: str) -> None:
        self.random = Random(seed)
        self.paper, self.ink, self.first, self.second, self.third = self.random.choice(PALETTES)
        self.image = self._background()
        self._draw = ImageDraw.Draw(self.image)

    def _background(self) -> Image.Image:
        gradient = Image.linear_gradient("L").rotate(self.random.choice((0, 90, 180, 270)))
        tint = self.random.choice((self.second, self.third, "#ffffff"))
        # Coloured while it is small: that takes a third of the time of the whole picture.
        tinted = ImageOps.colorize(gradient, self.paper, tint)
        small = Image.blend(Image.new("RGB", gradient.size, self.paper), tinted, 0.45)
        return small.resize((REAL[0] * 2, REAL[1] * 2), Image.Resampling.NEAREST)

    def colour(self) -> str:
        """One of the palette's three bright colours."""
        return self.random.choice((self.first, self.second, self.third))

    def between(self, low: float, high: float) -> float:
        return self.random.uniform(low, high)

    def line(self, points: Sequence[Point], fill: str, width: float = 4) -> None:
        self._draw.line(self._scaled(points), fill=fill, width=round(width * SCALE), joint="curve")

    def polygon(
        self, points: Sequence[Point], fill: str, outline: str | None = None, width: float = 4
    ) -> None:
        self._draw.polygon(self._scaled(points), fill=fill)
        if outline:
            self.line([*points, points[0]], outline, width)

    def box(
        self, left: float, top: float, right: float, bottom: float, fill: str | None, outline: str | None = None,
        width: float = 4, radius: float = 0,
    ) -> None:  # fmt: skip
        corners = self._scaled(
            [(min(left, right), min(top, bottom)), (max(left, right), max(top, bottom))]
        )
        self._draw.rounded_rectangle(
            corners, radius * SCALE, fill=fill, outline=outline, width=round(width * SCALE)
        )

    def disc(
        self,
        x: float,
        y: float,
        radius: float,
        fill: str | None,
        outline: str | None = None,
        width: float = 4,
    ) -> None:
        corners = self._scaled([(x - radius, y - radius), (x + radius, y + radius)])
        self._draw.ellipse(corners, fill=fill, outline=outline, width=round(width * SCALE))

    def curve(
        self,
        f: Callable[[float], float],
        fill: str,
        width: float = 4,
        start: float = 0,
        end: float = WIDTH,
    ) -> None:
        """The graph of `f` from `start` to `end`."""
        steps = 160
        self.line(
            [(x := start + (end - start) * i / steps, f(x)) for i in range(steps + 1)], fill, width
        )

    def star(
        self, x: float, y: float, radius: float, points: int, fill: str, inner: float = 0.45
    ) -> None:
        corners = []
        for i in range(points * 2):
            angle, reach = math.pi * i / points - math.pi / 2, radius * (1 if i % 2 == 0 else inner)
            corners.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
        self.polygon(corners, fill)

    def finished(self) -> Image.Image:
        """The picture at its real size, RGB."""
        return self.image.reduce(2)

    @staticmethod
    def _scaled(points: Sequence[Point]) -> list[Point]:
        return [(x * SCALE, y * SCALE) for x, y in points]
