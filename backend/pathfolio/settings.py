"""The one table of settings: name, type, default, help. Each is read from `PATHFOLIO_<NAME>`.

`docs/settings.md` is generated from it (`python -m pathfolio.settings [--check]`).
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, get_type_hints

from pathfolio_media.files import flush_folder, make_folder

PREFIX = "PATHFOLIO_"
SECRET_BYTES = 32
WEAK = {"secret", "changeme", "change-me", "password", "pathfolio", "development"}


class BadSetting(ValueError):
    """A setting that the server refuses to start with; the message says what to do."""


def option(default: object, text: str) -> Any:  # noqa: ANN401 - stands where any field type stands
    return field(default=default, metadata={"help": text})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings, checked; build with keywords in tests or `Settings.from_environment()`."""

    data: Path = option(  # noqa: RUF009 - a dataclass field, made by a function of ours
        Path("data"), "Folder of the database, media, secrets and the high-water file."
    )
    database_url: str = option(
        "",
        "Database: `sqlite:///...` or `postgresql+psycopg://...`. Empty: an SQLite file in the data folder.",
    )
    secret: str = option(
        "",
        "Key that signs URLs and rotates sessions, 32 characters or more. "
        "Empty: made at first start and kept in the data folder, readable by its owner only.",
    )
    origin: str = option(
        "",
        "Public address, such as `https://portfolio.example.org`. Empty: whatever address is asked for.",
    )
    media_origin: str = option(
        "", "A second address that serves media, so that no file shares an origin with the app."
    )
    client: str = option(
        "", "Folder of the built client. Empty: the one that came with the package."
    )
    proxies: int = option(
        0, "How many reverse proxies stand in front and set `X-Forwarded-For` and `-Proto`."
    )
    throwaway: bool = option(
        False, "For tests only: accept a database that may lose work on a power cut."
    )
    log_level: str = option("INFO", "`DEBUG`, `INFO`, `WARNING` or `ERROR`.")
    threads: int = option(
        128,
        "Threads of the web server; a slow upload holds one, so give more than phones that send at once.",
    )

    pokes: str = option(
        "",
        "How devices hear at once that something changed, from `pathfolio pokes`: `proxy` where the reverse proxy "
        "leads `/api/pokes` to it, or its port where browsers reach it by themselves. Empty: they ask every minute. "
        "`pathfolio serve` sets it by itself.",
    )

    pushes: int = option(
        2,
        "Pushes that one web process works on at the same time; more would only slow down each other and all reading.",
    )
    pushes_waiting: int = option(
        32,
        "Pushes that may wait for their turn; the others are asked to come back in some seconds.",
    )

    session_days: int = option(400, "Days without contact after which a device must sign in again.")
    shared_session_hours: int = option(
        12, "The same for a device that was marked as shared, in hours."
    )
    rotate_hours: int = option(24, "Hours after which a device gets a new session token.")
    grace_minutes: int = option(
        60, "Minutes that the old token still works after the new one was used."
    )
    keep_days: int = option(
        400,
        "Days that ended sessions, devices that never came back and audit events are kept.",
    )
    leaver_days: int = option(
        90, "Days that somebody who left the school may still sign in to read their own work."
    )
    code_hours: int = option(48, "Hours that a one-time sign-in code works.")
    join_minutes: int = option(
        60, "Minutes that a class code works when its teacher names no time."
    )
    password_workers: int = option(
        2, "Passwords checked at the same time; each takes 19 MiB of memory."
    )

    sign_in_tries: int = option(10, "Wrong passwords or codes per account within 15 minutes.")
    address_tries: int = option(
        600,
        "Wrong passwords or codes per network address within 15 minutes; a whole school may share one.",
    )
    code_guesses: int = option(300, "Wrong class codes on the whole server within an hour.")
    device_calls: int = option(1200, "Requests of one device within a minute.")
    address_calls: int = option(60000, "Requests of one network address within a minute.")
    body_bytes: int = option(1_048_576, "Largest JSON body in bytes.")

    store: str = option(
        "disk", "Where new media files are kept: `disk` (the data folder) or `s3` (a bucket)."
    )
    s3_bucket: str = option(
        "", "Name of the bucket. Set it also while files are still moved out of it."
    )
    s3_endpoint: str = option(
        "",
        "Address of the S3 server, such as `https://s3.example.org`. Empty: Amazon's, by region.",
    )
    s3_public: str = option(
        "", "Address at which devices reach the S3 server, where it is another one."
    )
    s3_region: str = option("us-east-1", "Region of the bucket.")
    s3_path_style: bool = option(
        True,
        "Whether the bucket is named in the path (most servers) or in the host name (Amazon's).",
    )
    s3_access_key: str = option(
        "", "Key of the bucket's user. Empty: the keys of the machine, as boto3 finds them."
    )
    s3_secret_key: str = option("", "Its secret.")
    part_bytes: int = option(
        1_048_576, "Part size of uploads in bytes; in a bucket at least 5,242,880."
    )
    daily_changes: int = option(
        200_000_000,
        "Bytes of changes (words and tags, no files) that one person may send within a day; whoever sends more is "
        "asked to wait and loses nothing.",
    )
    person_quota: int = option(5_000_000_000, "Bytes of media that one person may keep.")
    upload_days: int = option(30, "Days after which an upload that nobody goes on with is dropped.")
    backup_days: int = option(
        60, "Age in days of the oldest kept backup: files that nothing shows are kept that long."
    )
    media_minutes: int = option(60, "Minutes that the address of a picture or file works.")
    upload_bytes: int = option(500_000_000, "Largest single file in bytes.")
    image_megapixels: int = option(64, "Largest picture in megapixels.")
    jpeg_megapixels: int = option(250, "Largest JPEG picture in megapixels.")
    video_minutes: int = option(10, "Longest video in minutes.")
    pdf_pages: int = option(300, "Longest document in pages.")

    def __post_init__(self) -> None:
        # Children that decode pictures work in another folder: a relative path would lead them astray.
        object.__setattr__(self, "data", self.data.absolute())
        if self.secret and (len(self.secret) < SECRET_BYTES or self.secret.lower() in WEAK):
            raise BadSetting(
                f"{PREFIX}SECRET is too weak: give 32 random characters or more, "
                "for example from `openssl rand -base64 32`, or leave it empty."
            )
        if self.secret and len(set(self.secret)) < 10:
            raise BadSetting(f"{PREFIX}SECRET repeats itself too much to be random.")
        for each in fields(self):
            value = getattr(self, each.name)
            if type(value) is int and value < (0 if each.name == "proxies" else 1):
                raise BadSetting(f"{PREFIX}{each.name.upper()} must be a number above zero.")
        if self.log_level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise BadSetting(f"{PREFIX}LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR.")
        if self.pokes not in {"", "proxy"} and not 0 < (port_of(self.pokes) or 0) < 65536:
            raise BadSetting(
                f"{PREFIX}POKES must be empty, `proxy`, or the port of `pathfolio pokes`."
            )
        if self.store not in {"disk", "s3"}:
            raise BadSetting(f"{PREFIX}STORE must be disk or s3.")
        if self.store == "s3" and not self.s3_bucket:
            raise BadSetting(f"{PREFIX}STORE is s3: name the bucket in {PREFIX}S3_BUCKET.")
        for name in ("origin", "media_origin", "s3_endpoint", "s3_public"):
            check_origin(name, getattr(self, name))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read every setting from the environment; raises BadSetting with a sentence that helps."""
        given = os.environ if environment is None else environment
        types = get_type_hints(cls)
        values: dict[str, Any] = {}
        for each in fields(cls):
            text = given.get(PREFIX + each.name.upper(), "").strip()
            if text:
                values[each.name] = parse(each.name, types[each.name], text)
        return cls(**values)

    @property
    def pokes_port(self) -> int | None:
        """The port on which browsers reach the side process themselves."""
        return port_of(self.pokes)

    def url(self) -> str:
        """The database address in SQLAlchemy's form."""
        if not self.database_url:
            return f"sqlite:///{(self.data / 'pathfolio.sqlite').resolve()}"
        return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)

    def key(self) -> bytes:
        """The secret's bytes; makes and keeps one in the data folder when none is set."""
        return self.secret.encode() if self.secret else kept_secret(self.data)


def parse(name: str, kind: type, text: str) -> object:
    if kind is bool:
        return text.lower() in {"1", "true", "yes", "on"}
    if kind is int:
        try:
            return int(text)
        except ValueError:
            raise BadSetting(
                f"{PREFIX}{name.upper()} must be a whole number, not {text!r}."
            ) from None
    return kind(text)


def port_of(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def check_origin(name: str, value: str) -> None:
    scheme, _, host = value.partition("://")
    if value and (scheme not in {"http", "https"} or not host or "/" in host or "@" in host):
        raise BadSetting(
            f"{PREFIX}{name.upper()} must be an address without a path, such as https://portfolio.example.org."
        )


def kept_secret(data: Path) -> bytes:
    """Read or make `<data>/secrets/key`; safe when several processes start at once."""
    path = data / "secrets" / "key"
    make_folder(path.parent, 0o700)
    fresh = path.with_name(f"key.{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_hex(SECRET_BYTES).encode())
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # only one of several can win
            os.link(fresh, path)
        fresh.unlink()
        flush_folder(path.parent)
    kept = path.read_bytes().strip()
    if len(kept) < SECRET_BYTES:
        raise BadSetting(f"The secret in {path} is damaged: restore it from the backup.")
    return kept


def page() -> str:
    """The text of docs/settings.md."""
    lines = [
        "# Settings",
        "",
        "<!-- Generated by `python -m pathfolio.settings`; edit backend/pathfolio/settings.py instead. -->",
        "",
        "All are environment variables and all are optional.",
        "",
        "| variable | default | what it does |",
        "| --- | --- | --- |",
    ]
    lines += [
        f"| `{PREFIX}{each.name.upper()}` | {shown(each)} | {each.metadata['help']} |"
        for each in fields(Settings)
    ]
    return "\n".join(lines) + "\n"


def shown(each: Field[Any]) -> str:
    if each.default is MISSING or each.default == "":
        return ""
    return f"`{each.default}`"


def current() -> Settings:
    """The settings of the application that answers this request."""
    # Imported late: the side process of pokes reads settings too, and holds thousands of connections in little memory.
    from flask import current_app  # noqa: PLC0415

    found: Settings = current_app.extensions["pathfolio.settings"]
    return found


def main(arguments: list[str]) -> int:
    path = Path(__file__).parents[2] / "docs" / "settings.md"
    if "--check" in arguments:
        return 0 if path.exists() and path.read_text() == page() else 1
    path.write_text(page())
    return 0


if __name__ == "__main__":
    import sys

    sys.exit(main(sys.argv[1:]))
