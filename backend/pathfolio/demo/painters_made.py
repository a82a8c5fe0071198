"""Painters of made things: workshop, kitchen and studio pictures for the demo school."""

import math

from pathfolio.demo.canvas import HEIGHT, WIDTH, Canvas


def pipes(c: Canvas) -> None:
    """Pipes that turn at right angles, with joints and one drop."""
    for _ in range(c.random.randint(4, 7)):
        x, y = c.between(80, 1200), c.between(60, 900)
        points = [(x, y)]
        for turn in range(c.random.randint(3, 6)):
            step = c.between(140, 380) * c.random.choice((-1, 1))
            x, y = (
                (min(max(x + step, 40), 1240), y) if turn % 2 else (x, min(max(y + step, 40), 920))
            )
            points.append((x, y))
        metal = c.random.choice(("#b87333", "#c98a4b", "#9aa5ab"))
        c.line(points, c.ink, 50)
        c.line(points, metal, 40)
        c.line([(px - 8, py - 8) for px, py in points], "#f3dfc1", 6)
        for px, py in points:
            c.box(px - 34, py - 34, px + 34, py + 34, metal, c.ink, 5, 10)
    x, y = c.between(200, 1080), c.between(500, 820)
    c.disc(x, y, 34, "#5aa9e6", c.ink)
    c.polygon([(x - 28, y - 16), (x + 28, y - 16), (x, y - 80)], "#5aa9e6")


def bread(c: Canvas) -> None:
    """Loaves on a board, scored on top."""
    c.box(60, 560, 1220, 880, "#a9744f", c.ink, 6, 40)
    for line in range(6):
        c.line([(80, 600 + 45 * line), (1200, 606 + 45 * line)], "#8f5f3f", 3)
    count = c.random.randint(1, 4)
    for i in range(count):
        x, wide = 1280 * (i + 1) / (count + 1), c.between(120, 420 / count + 90)
        tall = c.between(110, 210)
        crust = c.random.choice(("#c98442", "#b5702f", "#d69a55"))
        loaf = [
            (x + wide * math.cos(a / 30 * math.pi), 680 - tall * math.sin(a / 30 * math.pi))
            for a in range(31)
        ]
        c.polygon([*loaf, (x - wide, 720), (x + wide, 720)], crust, c.ink, 6)
        for cut in range(c.random.randint(2, 5)):
            at = x - wide * 0.6 + cut * wide * 0.3
            c.line([(at - 20, 640 - tall * 0.3), (at + 30, 600 - tall * 0.45)], "#f6e3c5", 14)
    for _ in range(160):
        c.disc(c.between(60, 1220), c.between(540, 900), c.between(1, 4), "#fffaf0")


def bridge(c: Canvas) -> None:
    """A truss or an arch over water."""
    deck = c.between(430, 560)
    c.box(0, 760, WIDTH, HEIGHT, "#7fb2cf")
    for row in range(5):
        c.curve(lambda x, r=row: 790 + r * 34 + 8 * math.sin(x / 60 + r), "#ffffff", 3)  # type: ignore[misc]
    panels = c.random.randint(5, 11)
    step = 1160 / panels
    rise = c.between(90, 240)
    arch = c.random.random() < 0.5
    top = [
        (60 + i * step, deck - (rise * math.sin(math.pi * i / panels) if arch else rise))
        for i in range(panels + 1)
    ]
    c.line(top, c.first, 16)
    for i in range(panels):
        x = 60 + i * step
        c.line([(x, deck), top[i + 1]] if i % 2 else [top[i], (x + step, deck)], c.third, 9)
        c.line([top[i], (x, deck)], c.ink, 7)
    c.line([(0, deck), (WIDTH, deck)], c.ink, 24)
    for x in (90, 1190):
        c.polygon(
            [(x - 40, deck), (x + 40, deck), (x + 70, HEIGHT), (x - 70, HEIGHT)],
            "#8d8d88",
            c.ink,
            5,
        )


def circuit(c: Canvas) -> None:
    """Traces, chips and lamps on a board."""
    c.box(40, 40, 1240, 920, c.random.choice(("#1b6b51", "#14506b", "#5b2a5e")), c.ink, 8, 30)
    for _ in range(26):
        x, y = 80 + 40 * c.random.randint(0, 28), 80 + 40 * c.random.randint(0, 19)
        dx, dy = c.random.choice((80, 160, 240)), c.random.choice((-80, 80, 160))
        end = (min(x + dx + abs(dy), 1200), min(max(y + dy, 80), 880))
        c.line([(x, y), (min(x + dx, 1200), y), end], "#e5c07b", 7)
        for px, py in ((x, y), end):
            c.disc(px, py, 13, "#e5c07b", "#2b2b2b", 4)
    for _ in range(c.random.randint(3, 6)):
        left, top, wide = c.between(120, 950), c.between(120, 720), c.between(110, 240)
        for leg in range(6):
            at = left + (leg + 0.5) * wide / 6
            c.line([(at, top - 18), (at, top + 128)], "#d7d7d7", 8)
        c.box(left, top, left + wide, top + 110, "#222831", "#000000", 3, 8)
        c.disc(left + 22, top + 22, 8, "#8c8c8c")
    for _ in range(7):
        c.disc(
            c.between(100, 1180),
            c.between(100, 860),
            22,
            c.random.choice(("#ff595e", "#ffca3a", "#8ac926")),
            "#111111",
        )


def wood(c: Canvas) -> None:
    """Boards with grain and a row of dovetails."""
    for board in range(4):
        top = board * 240
        c.box(
            0, top, WIDTH, top + 236, c.random.choice(("#c89b6c", "#b98554", "#d8b384", "#a8744a"))
        )
        knot_x, knot_y, swing = c.between(100, 1180), top + c.between(60, 180), c.between(10, 34)
        for line in range(11):
            base = top + 12 + line * 21
            c.curve(
                lambda x, b=base, kx=knot_x, s=swing: b + s * math.exp(-(((x - kx) / 150) ** 2)) + 3 * math.sin(x / 90),  # type: ignore[misc]
                "#8a5a33", 2.5,
            )  # fmt: skip
        c.disc(knot_x, knot_y, 20, "#7a4a28", "#5f381d", 5)
    teeth = c.random.randint(4, 8)
    wide, y = 1280 / teeth, c.between(300, 520)
    for i in range(teeth):
        x = i * wide
        c.polygon(
            [
                (x + wide * 0.3, y),
                (x + wide * 0.7, y),
                (x + wide * 0.85, y + 150),
                (x + wide * 0.15, y + 150),
            ],
            "#ead2ac",
            c.ink,
            5,
        )


def fabric(c: Canvas) -> None:
    """A patchwork, stitched."""
    across, down = c.random.randint(5, 8), c.random.randint(4, 6)
    wide, tall = WIDTH / across, HEIGHT / down
    for column in range(across):
        for row in range(down):
            x, y, base, top = (
                column * wide,
                row * tall,
                c.colour(),
                c.random.choice((c.paper, c.ink, c.colour())),
            )
            c.box(x, y, x + wide, y + tall, base)
            match c.random.randint(0, 4):
                case 0:
                    c.polygon([(x, y), (x + wide, y), (x, y + tall)], top)
                case 1:
                    c.disc(x + wide / 2, y + tall / 2, tall * 0.33, top)
                case 2:
                    for stripe in range(1, 6):
                        c.line(
                            [(x + wide * stripe / 6, y), (x + wide * stripe / 6, y + tall)], top, 9
                        )
                case 3:
                    c.star(x + wide / 2, y + tall / 2, tall * 0.42, 4, top)
                case _:
                    for dot in range(9):
                        c.disc(
                            x + wide * (dot % 3 + 0.5) / 3, y + tall * (dot // 3 + 0.5) / 3, 11, top
                        )
    for column in range(across + 1):
        for stitch in range(0, HEIGHT, 32):
            c.line([(column * wide, stitch), (column * wide, stitch + 16)], "#ffffff", 4)


def wheel(c: Canvas) -> None:
    """A spoked wheel, a chain ring and a spanner."""
    for x, y, size in (
        (c.between(380, 520), 470, c.between(300, 390)),
        (c.between(940, 1080), 640, c.between(130, 220)),
    ):
        c.disc(x, y, size, None, c.ink, 30)
        c.disc(x, y, size - 34, None, "#b6bcc2", 10)
        spokes = c.random.choice((18, 24, 28, 32))
        for i in range(spokes):
            angle, lean = 2 * math.pi * i / spokes, 0.35 if i % 2 else -0.35
            hub = (x + 30 * math.cos(angle + lean), y + 30 * math.sin(angle + lean))
            c.line(
                [hub, (x + (size - 40) * math.cos(angle), y + (size - 40) * math.sin(angle))],
                "#6e757c",
                3,
            )
        c.disc(x, y, 42, c.first, c.ink, 6)
    c.line([(720, 130), (1180, 210)], c.ink, 46)
    c.line([(720, 130), (1180, 210)], "#aab4bd", 34)
    c.disc(1190, 212, 62, "#aab4bd", c.ink, 8)
    c.polygon([(1180, 190), (1270, 170), (1270, 250), (1185, 236)], c.paper)


def market(c: Canvas) -> None:
    """A stall with a striped roof and goods."""
    stripes = c.random.randint(7, 11)
    wide = 1160 / stripes
    colour = c.colour()
    for i in range(stripes):
        x = 60 + i * wide
        c.polygon(
            [(x, 150), (x + wide, 150), (x + wide, 330), (x, 330)],
            colour if i % 2 else "#fffdf8",
            c.ink,
            4,
        )
        c.disc(x + wide / 2, 330, wide / 2, colour if i % 2 else "#fffdf8", c.ink, 4)
    c.box(100, 330, 124, 900, "#8a6242", c.ink)
    c.box(1156, 330, 1180, 900, "#8a6242", c.ink)
    for row in range(2):
        y = 560 + row * 170
        c.box(80, y, 1200, y + 60, "#b98554", c.ink, 6, 6)
        for i in range(c.random.randint(6, 11)):
            x, tall = 150 + i * 98, c.between(40, 110)
            if c.random.random() < 0.5:
                c.box(x - 30, y - tall, x + 30, y, c.colour(), c.ink, 4, 10)
            else:
                c.disc(x, y - 36, 36, c.colour(), c.ink)


def frames(c: Canvas) -> None:
    """A storyboard: six small scenes on one sheet."""
    for i in range(6):
        x, y = 60 + (i % 3) * 400, 70 + (i // 3) * 430
        c.box(x, y, x + 360, y + 270, c.paper, c.ink, 8)
        horizon = y + c.between(120, 220)
        c.box(x + 6, horizon, x + 354, y + 264, c.colour())
        c.disc(
            x + c.between(50, 310), y + c.between(40, 100), c.between(16, 44), c.second, c.ink, 4
        )
        figure = x + c.between(80, 280)
        c.disc(figure, horizon - 60, 26, "#f0c9a4", c.ink, 4)
        c.polygon(
            [(figure - 30, horizon + 30), (figure + 30, horizon + 30), (figure, horizon - 40)],
            c.first,
            c.ink,
            4,
        )
        for line in range(3):
            c.line(
                [(x, y + 300 + line * 26), (x + c.between(160, 350), y + 300 + line * 26)],
                "#9b9b9b",
                5,
            )


def comic(c: Canvas) -> None:
    """A face with a speech balloon in thick lines."""
    for column in range(0, WIDTH, 32):
        for row in range(0, HEIGHT, 32):
            c.disc(column + (16 if row // 32 % 2 else 0), row, 6, c.second)
    x, y, size = c.between(380, 560), c.between(520, 620), c.between(210, 280)
    c.disc(x, y, size, c.random.choice(("#f2c9a0", "#c98c5f", "#8d5a3b", "#e8b58a")), "#1b1b1b", 14)
    for side in (-1, 1):
        c.disc(x + side * size * 0.38, y - size * 0.15, size * 0.17, "#ffffff", "#1b1b1b", 9)
        c.disc(x + side * size * 0.36, y - size * 0.12, size * 0.07, "#1b1b1b")
        lift = c.between(-40, 40)
        c.line(
            [
                (x + side * size * 0.2, y - size * 0.42),
                (x + side * size * 0.6, y - size * 0.42 + lift),
            ],
            "#1b1b1b",
            16,
        )
    smile = c.between(-60, 90)
    c.curve(
        lambda at: y + size * 0.45 + smile * (1 - ((at - x) / (size * 0.45)) ** 2),
        "#1b1b1b",
        14,
        x - size * 0.45,
        x + size * 0.45,
    )
    c.box(690, 90, 1220, 400, "#ffffff", "#1b1b1b", 12, 90)
    c.polygon([(760, 370), (860, 370), (x + size * 0.8, y - size * 0.6)], "#ffffff")
    for line in range(3):
        c.line([(770, 180 + line * 62), (c.between(980, 1150), 180 + line * 62)], "#1b1b1b", 14)


def letters(c: Canvas) -> None:
    """A page of argument: boxes and arrows."""
    spots = [
        (c.between(90, 330) + 400 * (i % 3), c.between(70, 170) + 290 * (i // 3)) for i in range(8)
    ]
    for _ in range(9):
        (ax, ay), (bx, by) = c.random.sample(spots, 2)
        c.line([(ax + 80, ay + 60), (bx + 80, by + 60)], c.ink, 6)
        c.disc(bx + 80, by + 60, 14, c.ink)
    for x, y in spots:
        c.box(x, y, x + 210, y + 130, c.random.choice((c.paper, c.second, "#ffffff")), c.ink, 7, 18)
        for line in range(3):
            c.line(
                [(x + 24, y + 34 + line * 32), (x + c.between(110, 186), y + 34 + line * 32)],
                c.ink,
                7,
            )
