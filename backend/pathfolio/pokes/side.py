"""The side process: who listens, what waits to be told to whom, and what ends a stream."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from itertools import chain, islice

from pathfolio.pokes import asking
from pathfolio.pokes.asking import Asked
from pathfolio.pokes.notices import Notice
from pathfolio.pokes.standing import Judge, UnreachableError
from pathfolio.pokes.streams import Stream, event

TOGETHER_SECONDS = 0.02
# Proxies cut what is silent for a minute; a device gives a stream up after two and a half of these.
BEAT_SECONDS = 30
# Every stream's session is looked at anew within this time, should the notice of its end have been lost.
LOOK_SECONDS = 60
MOST_OF_ONE = 4
PART = 400
BEAT = event("beat", {})


class Side:
    """All open streams by session, and the notices of the last moment."""

    def __init__(self, judge: Judge, most: int) -> None:
        self.judge = judge
        self.most = most
        self.streams: dict[str, list[Stream]] = {}
        self.people: dict[str, set[str]] = defaultdict(set)
        self.count = 0
        self._waiting: dict[str, Notice] = {}
        self._telling: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        # Nobody may listen before notices are heard: a device that listens asks less often.
        self.hears = False

    # Requests

    def asked(self, stream: Stream, asked: Asked) -> None:
        if asked.path == asking.HEALTH and asked.method == "GET":
            stream.refuse(200 if self.hears else 503, body=b'{"ok":true}' if self.hears else b"")
        elif asked.path != asking.PATH:
            stream.refuse(404)
        elif asked.method != "GET":
            stream.refuse(405)
        elif not asking.is_own_page(asked, self.judge.settings):
            stream.refuse(403)
        elif not self.hears or self.count >= self.most:
            stream.refuse(503, asked)
        else:
            task = asyncio.get_running_loop().create_task(self._admit(stream, asked))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _admit(self, stream: Stream, asked: Asked) -> None:
        token = asking.token(asked, self.judge.settings)
        try:
            found = await self.judge.who(token) if token else None
        except UnreachableError:
            self.drop_all()
            stream.refuse(503, asked)
            return
        if found is None:
            stream.refuse(401, asked)
            return
        mine = self.streams.setdefault(found.id, [])
        while len(mine) >= MOST_OF_ONE:
            mine.pop(0).end()
            self.count -= 1
        mine.append(stream)
        self.people[found.person].add(found.id)
        self.count += 1
        stream.begin(found.id, asked, found.person)

    def gone(self, stream: Stream) -> None:
        """A connection has ended, for whatever reason."""
        mine = self.streams.get(stream.session)
        if mine is None or stream not in mine:
            return
        mine.remove(stream)
        self.count -= 1
        if not mine:
            self._forget(stream.session)

    def _forget(self, session: str) -> None:
        del self.streams[session]
        for person, sessions in list(self.people.items()):
            if session in sessions:
                sessions.discard(session)
                if not sessions:
                    del self.people[person]

    # Notices

    def heard(self, notice: Notice) -> None:
        """Tell of it in a moment, together with what else comes until then."""
        known = self._waiting.setdefault(notice.school, Notice(notice.school))
        known.join(notice.spaces, notice.people)
        if self._telling is None:
            self._telling = asyncio.get_running_loop().create_task(self._tell())

    async def _tell(self) -> None:
        await asyncio.sleep(TOGETHER_SECONDS)
        waiting, self._waiting, self._telling = self._waiting, {}, None
        try:
            for notice in waiting.values():
                await self._tell_one(notice)
        except UnreachableError:
            self.drop_all()

    async def _tell_one(self, notice: Notice) -> None:
        ended = {session for person in notice.people for session in self.people.get(person, ())}
        if ended:
            await self.look(sorted(ended))
        told: dict[str, dict[str, int | None]] = defaultdict(dict)
        async for session, space in self.judge.hearers(notice.school, list(notice.spaces)):
            if session in self.streams:
                told[session][space] = notice.spaces[space]
        same: dict[tuple[tuple[str, int | None], ...], bytes] = {}
        for session, spaces in told.items():
            key = tuple(sorted(spaces.items()))
            text = same.setdefault(key, b"") or event("moved", spaces)
            same[key] = text
            for stream in list(self.streams.get(session, ())):
                stream.tell(text)

    # Time

    async def look(self, sessions: list[str]) -> None:
        """End the streams of sessions that are not open any more. Raises UnreachableError."""
        kept = await self.judge.staying(sessions)
        for session in sessions:
            if session not in kept:
                for stream in list(self.streams.get(session, ())):
                    stream.end()

    async def go_round(self) -> None:
        """Beats for every stream, so that the dead are found, and a look at every session; for ever, in small parts."""
        beats = LOOK_SECONDS // BEAT_SECONDS
        turn = 0
        while True:
            sessions = iter(list(self.streams))
            parts = max(1, -(-len(self.streams) // PART))
            for _ in range(parts):
                await asyncio.sleep(BEAT_SECONDS / parts)
                part = list(islice(sessions, PART))
                for stream in list(
                    chain.from_iterable(self.streams.get(each, ()) for each in part)
                ):
                    stream.tell(BEAT)
                if turn % beats == 0:
                    try:
                        await self.look(part)
                    except UnreachableError:
                        self.drop_all()
            turn += 1

    def drop_all(self) -> None:
        """Nothing can be told for a while: devices go on by asking, and come back later."""
        for stream in list(chain.from_iterable(self.streams.values())):
            stream.end()
