"""Painters of seen things: sky, plants, water, maps and patterns for the demo school."""

import math

from pathfolio.demo.canvas import HEIGHT, WIDTH, Canvas


def sky(c: Canvas) -> None:
    """Stars, a moon in some phase and a dark ridge."""
    night = c.random.choice(("#0b1d3a", "#131436", "#1d2b4f"))
    c.box(0, 0, WIDTH, HEIGHT, night)
    for _ in range(c.random.randint(150, 340)):
        c.disc(
            c.between(0, WIDTH),
            c.between(0, 760),
            c.between(1, 4.5),
            c.random.choice(("#ffffff", "#ffe8c2", "#cfe4ff")),
        )
    x, y, size = c.between(200, 1080), c.between(150, 400), c.between(60, 140)
    c.disc(x, y, size, "#fff6d8")
    c.disc(x + size * c.between(-1.2, 1.2), y - size * 0.15, size * 0.95, night)
    figure = [(c.between(100, 1180), c.between(100, 640)) for _ in range(6)]
    c.line(figure, "#8fb7e8", 2.5)
    for px, py in figure:
        c.star(px, py, 16, 4, "#ffffff", 0.3)
    a, b = c.between(80, 160), c.between(200, 400)
    c.polygon(
        [
            (0, HEIGHT),
            *[
                (px, 820 - 60 * math.sin(px / a) - 40 * math.sin(px / b))
                for px in range(0, 1300, 20)
            ],
            (WIDTH, HEIGHT),
        ],
        "#060d1c",
    )


def garden(c: Canvas) -> None:
    """Beds seen from above, rows of different plants."""
    c.box(0, 0, WIDTH, HEIGHT, "#b59b73")
    columns = c.random.randint(2, 4)
    wide = 1200 / columns
    for column in range(columns):
        for row in range(2):
            x, y = 40 + column * wide, 40 + row * 450
            c.box(x, y, x + wide - 40, y + 410, "#5a4030", "#3c2a1f", 10, 12)
            leaf = c.random.choice(("#4f8a3c", "#7cae45", "#2f6b4f", "#8fbf6a"))
            petals, size = c.random.randint(5, 9), c.between(16, 34)
            for px in range(int(x) + 50, int(x + wide) - 70, int(size * 2.7)):
                for py in range(int(y) + 50, int(y) + 380, int(size * 2.7)):
                    c.star(px + c.between(-5, 5), py + c.between(-5, 5), size, petals, leaf, 0.5)
                    if c.random.random() < 0.3:
                        c.disc(
                            px, py, size * 0.3, c.random.choice(("#e63946", "#ffb703", "#f4f1de"))
                        )


def waves(c: Canvas) -> None:
    """Five lines of a score with a swinging curve of notes."""
    for group in range(3):
        top = 110 + group * 280
        for line in range(5):
            c.line([(50, top + line * 32), (1230, top + line * 32)], c.ink, 3)
        phase, swing, colour = c.between(0, 6), c.between(50, 120), c.colour()
        c.curve(
            lambda x, t=top, p=phase, s=swing: t + 64 + s * math.sin(x / 130 + p),  # type: ignore[misc]
            colour,
            12,
            60,
            1220,
        )
        for i in range(c.random.randint(8, 14)):
            x = 90 + i * 82
            y = top + 64 + 32 * round(swing * math.sin(x / 130 + phase) / 32)
            c.disc(x, y, 19, c.ink)
            c.line([(x + 17, y), (x + 17, y - 90)], c.ink, 6)


def shapes(c: Canvas) -> None:
    """Soft overlapping people: heads and shoulders."""
    for _ in range(c.random.randint(5, 9)):
        x, y, size = c.between(100, 1180), c.between(330, 700), c.between(70, 130)
        skin = c.random.choice(("#f1c9a5", "#c68b59", "#8d5a3b", "#e5b48b", "#6f4527"))
        body = [
            (
                x + size * 1.9 * math.cos(a / 20 * math.pi),
                y + size * 2.6 - size * 1.7 * math.sin(a / 20 * math.pi),
            )
            for a in range(21)
        ]
        c.polygon([*body, (x - size * 1.9, HEIGHT), (x + size * 1.9, HEIGHT)], c.colour(), c.ink, 5)
        c.disc(x, y, size, skin, c.ink, 5)
        c.polygon(
            [
                (
                    x + size * math.cos(a / 20 * math.pi),
                    y - 0.2 * size - size * 0.85 * math.sin(a / 20 * math.pi),
                )
                for a in range(21)
            ],
            c.ink,
        )


def streets(c: Canvas) -> None:
    """Streets, blocks and a river."""
    for x in range(6):
        for y in range(5):
            left, top = 30 + x * 210 + c.between(-12, 12), 30 + y * 186 + c.between(-12, 12)
            c.box(
                left,
                top,
                left + c.between(120, 180),
                top + c.between(100, 156),
                c.random.choice(("#e7dcc7", "#d8cab0", "#cfe0c3", "#f2e9d8")),
                "#b3a58a",
                4,
                6,
            )
    phase, swing = c.between(0, 6), c.between(60, 180)
    c.curve(lambda x: 480 + swing * math.sin(x / 210 + phase), "#7fb2cf", 66)
    c.curve(lambda x: 480 + swing * math.sin(x / 210 + phase), "#a9d0e4", 40)
    stops = [(c.between(80, 1200), c.between(80, 880)) for _ in range(c.random.randint(4, 8))]
    c.line(stops, c.first, 7)
    for at, below in stops:
        c.polygon([(at - 26, below - 50), (at + 26, below - 50), (at, below)], c.first)
        c.disc(at, below - 58, 30, c.first, "#ffffff", 7)


def field(c: Canvas) -> None:
    """A pitch with players and one passing move."""
    for stripe in range(8):
        c.box(stripe * 160, 0, stripe * 160 + 160, HEIGHT, "#4f9d4f" if stripe % 2 else "#5cae5c")
    c.box(50, 50, 1230, 910, None, "#ffffff", 8)
    c.line([(640, 50), (640, 910)], "#ffffff", 8)
    c.disc(640, 480, 130, None, "#ffffff", 8)
    move = []
    for team in (c.first, c.ink):
        for _ in range(c.random.randint(6, 9)):
            x, y = c.between(110, 1170), c.between(110, 850)
            c.disc(x, y, 30, team, "#ffffff", 6)
            if team == c.first:
                move.append((x, y))
    c.line(move[:4], "#fff3b0", 8)
    c.disc(*move[3], 14, "#ffffff", "#111111", 4)


def hexagons(c: Canvas) -> None:
    """A comb, some cells full."""
    size = c.between(46, 78)
    for row in range(int(HEIGHT / (size * 1.5)) + 2):
        for column in range(int(WIDTH / (size * 1.73)) + 2):
            x, y = column * size * 1.73 + (size * 0.866 if row % 2 else 0), row * size * 1.5
            corners = [
                (
                    x + size * 0.94 * math.sin(math.pi * k / 3),
                    y + size * 0.94 * math.cos(math.pi * k / 3),
                )
                for k in range(6)
            ]
            c.polygon(
                corners,
                c.random.choice(("#f5b841", "#e09f1f", "#ffd978", "#8a5a1c", "#f7c95c")),
                "#6b4511",
                5,
            )
    for _ in range(c.random.randint(3, 7)):
        x, y = c.between(120, 1160), c.between(120, 840)
        c.disc(x - 26, y - 30, 30, "#e8f4fa", "#6f8791", 3)
        c.disc(x + 26, y - 30, 30, "#e8f4fa", "#6f8791", 3)
        for part in range(5):
            c.disc(x + (part - 2) * 20, y, 25, "#2b1d0e" if part % 2 else "#ffc53d")


def grid(c: Canvas) -> None:
    """Cells grown by one rule (Wolfram's elementary automata) from a seeded first row."""
    cell, rule = c.random.choice((16, 20, 32)), c.random.choice((30, 45, 73, 90, 110, 150))
    row = [c.random.random() < 0.18 for _ in range(WIDTH // cell)]
    row[len(row) // 2] = True
    for y in range(0, HEIGHT, cell):
        for x, alive in enumerate(row):
            if alive:
                c.box(
                    x * cell + 1,
                    y + 1,
                    x * cell + cell - 1,
                    y + cell - 1,
                    c.ink if y // cell % 4 else c.first,
                )
        around = zip(row[-1:] + row[:-1], row, row[1:] + row[:1], strict=True)
        row = [bool(rule >> (left * 4 + self * 2 + right) & 1) for left, self, right in around]


def water(c: Canvas) -> None:
    """A row of jars with water of different clearness over a river."""
    for band in range(9):
        c.box(
            0,
            560 + band * 45,
            WIDTH,
            610 + band * 45,
            c.random.choice(("#6fa8c7", "#86bcd6", "#5a95b5")),
        )
        c.curve(lambda x, b=band: 570 + b * 45 + 9 * math.sin(x / 70 + b * 2), "#d8edf6", 4)  # type: ignore[misc]
    jars = c.random.randint(4, 9)
    wide = 1180 / jars
    for i in range(jars):
        x, level = 60 + i * wide, c.between(260, 420)
        c.box(
            x,
            level,
            x + wide - 24,
            620,
            c.random.choice(("#c9d8b6", "#b08d57", "#dbe9ee", "#9fc2cc", "#8a9a5b")),
        )
        c.box(x, 200, x + wide - 24, 624, None, c.ink, 7, 18)
        c.box(x + 6, 170, x + wide - 30, 206, c.second, c.ink, 5, 6)
        c.box(x + 16, 470, x + wide - 40, 540, "#fffdf5", c.ink, 4)


def bubbles(c: Canvas) -> None:
    """Speech bubbles of many sizes."""
    for _ in range(c.random.randint(9, 15)):
        x, y, wide = c.between(40, 980), c.between(40, 760), c.between(150, 320)
        fill = c.random.choice((c.first, c.second, c.third, c.paper, "#ffffff"))
        c.polygon([(x + 40, y + 90), (x + 100, y + 90), (x + 30, y + 160)], fill, c.ink, 6)
        c.box(x, y, x + wide, y + 110, fill, c.ink, 6, 44)
        for word in range(c.random.randint(2, 4)):
            c.line([(x + 34 + word * 62, y + 55), (x + 74 + word * 62, y + 55)], c.ink, 12)


def sun(c: Canvas) -> None:
    """Panels on a roof under a big sun, or a measured curve of a day."""
    x, y, size = c.between(200, 1080), c.between(160, 300), c.between(70, 130)
    c.star(x, y, size * 1.9, c.random.randint(12, 20), "#ffd166", 0.68)
    c.disc(x, y, size, "#ffb703", c.ink, 5)
    if c.random.random() < 0.5:
        c.polygon([(80, 860), (330, 480), (1220, 480), (1130, 860)], "#8a5a44", c.ink, 8)
        for column in range(6):
            for row in range(2):
                left, top = 360 - row * 110 + column * 132, 520 + row * 160
                c.polygon(
                    [
                        (left, top),
                        (left + 116, top),
                        (left + 20, top + 140),
                        (left - 96, top + 140),
                    ],
                    "#1d3557",
                    "#a8dadc",
                    5,
                )
    else:
        c.line([(120, 420), (120, 860), (1200, 860)], c.ink, 8)
        peak, dip = c.between(240, 380), c.between(300, 1000)
        c.curve(
            lambda at: (
                850
                - peak * math.sin(math.pi * (at - 120) / 1080)
                + 90 * math.exp(-(((at - dip) / 60) ** 2))
            ),
            c.first,
            12,
            130,
            1190,
        )
        for hour in range(13):
            c.line([(120 + hour * 90, 850), (120 + hour * 90, 874)], c.ink, 6)


def leaves(c: Canvas) -> None:
    """Leaves with veins, and a beetle among them."""
    for _ in range(c.random.randint(7, 13)):
        x, y, angle, size = (
            c.between(80, 1200),
            c.between(80, 880),
            c.between(0, 6.28),
            c.between(90, 220),
        )
        green = c.random.choice(("#3a7d44", "#74a57f", "#9bc53d", "#c97b36", "#5b8e7d"))

        def at(
            along: float, out: float, x: float = x, y: float = y, angle: float = angle
        ) -> tuple[float, float]:
            return x + along * math.cos(angle) - out * math.sin(angle), y + along * math.sin(
                angle
            ) + out * math.cos(angle)

        edge = [
            at(size * (k / 12 - 1), size * 0.42 * math.sin(math.pi * k / 24)) for k in range(25)
        ]
        back = [
            at(size * (k / 12 - 1), -size * 0.42 * math.sin(math.pi * k / 24))
            for k in range(24, -1, -1)
        ]
        c.polygon(edge + back, green, c.ink, 4)
        c.line([at(-size, 0), at(size * 1.25, 0)], c.ink, 5)
        for k in range(-3, 4):
            for side in (-1, 1):
                c.line(
                    [at(k * size / 4.5, 0), at(k * size / 4.5 + size * 0.2, side * size * 0.27)],
                    c.ink,
                    2.5,
                )
    x, y = c.between(300, 980), c.between(280, 680)
    for leg in (-1, 0, 1):
        c.line(
            [(x - 120, y + leg * 60 + 10), (x, y + leg * 40), (x + 120, y + leg * 60 + 10)],
            "#1c1c1c",
            8,
        )
    c.disc(x, y - 80, 40, "#1c1c1c")
    c.disc(x, y, 78, c.random.choice(("#1b5e3f", "#264d73", "#7a1f2b")), "#111111", 7)
    c.line([(x, y - 76), (x, y + 76)], "#111111", 6)


def columns(c: Canvas) -> None:
    """A building with columns, scales in front."""
    c.polygon([(120, 330), (1160, 330), (640, 120)], c.paper, c.ink, 10)
    count = c.random.randint(4, 8)
    for i in range(count):
        x = 170 + i * (940 - 70) / (count - 1)
        c.box(x, 360, x + 70, 800, "#f3eee3", c.ink, 6)
        for groove in (20, 36, 52):
            c.line([(x + groove, 372), (x + groove, 790)], "#b9b09c", 4)
    for step in range(3):
        c.box(
            110 - step * 30, 800 + step * 40, 1170 + step * 30, 840 + step * 40, c.third, c.ink, 6
        )
    tilt = c.between(-60, 60)
    c.line([(640, 380), (640, 780)], c.ink, 16)
    c.line([(400, 440 + tilt), (880, 440 - tilt)], c.ink, 14)
    for x, y in ((400, 440 + tilt), (880, 440 - tilt)):
        c.line([(x - 80, y + 140), (x, y), (x + 80, y + 140)], c.ink, 5)
        c.polygon(
            [(x - 96, y + 140), (x + 96, y + 140), (x + 50, y + 190), (x - 50, y + 190)],
            c.second,
            c.ink,
            6,
        )
