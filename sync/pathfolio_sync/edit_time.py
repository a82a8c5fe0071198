"""When an edit was made, in server time, from clocks that can't be trusted."""

from datetime import UTC, datetime


def parse_time(text: object) -> datetime | None:
    """An RFC 3339 time as an aware UTC datetime, or None if it is not one."""
    if not isinstance(text, str):
        return None
    try:
        time = datetime.fromisoformat(text)
        return time.astimezone(UTC) if time.tzinfo else None
    except (ValueError, OverflowError):
        return None


def wire_time(time: datetime) -> str:
    """`2026-11-23T14:52:11.123Z`: RFC 3339, UTC, whole milliseconds (rounded down)."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def edit_time(
    *, now: datetime, device_now: datetime | None, at: datetime | None, pulled: datetime | None
) -> datetime:
    """Server time of an edit: the server's clock, less how long ago the device says it was.

    Args:
        now: server time at the push.
        device_now: the device's clock at the push; without it the device's clock is believed.
        at: the device's clock at the edit; without it the edit is as old as it can be.
        pulled: server time of the last pull that the device had applied before the edit, the lower bound; a time in
            the future counts as now.

    Returns:
        A time in `[pulled, now]` (any time up to now if the device had never pulled), in whole milliseconds.
    """
    floor = min(pulled, now) if pulled else None
    if at is None:
        time = floor or now
    else:
        try:
            time = min(now, now - (device_now - at)) if device_now else min(now, at)
        except OverflowError:  # centuries away: surely before anything we hold
            time = floor or now
        time = max(time, floor) if floor else time
    time = time.astimezone(UTC)
    return time.replace(microsecond=time.microsecond // 1000 * 1000)
