"""What one picture may cost, and what one child process may use."""

from dataclasses import dataclass

MEGA = 1_000_000


@dataclass(frozen=True)
class Limits:
    """Pixels of a decoded picture; memory in bytes, CPU and wall-clock time in seconds, files open at once."""

    pixels: int = 64 * MEGA
    jpeg_pixels: int = 250 * MEGA
    memory: int = 1536 << 20
    cpu_seconds: int = 60
    wall_seconds: int = 120
    open_files: int = 32
    output_bytes: int = 256 << 20
