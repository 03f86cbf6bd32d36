"""The process that paints SVGs: it holds no files and no secrets, and may be killed at any time.

Run by vector.py, never imported. Reads (length, width) and an SVG from stdin, writes (ok, length) and a PNG or a reason
to stdout, until stdin ends.
"""

import struct
import sys

MEMORY_LIMIT = 2 * 1024**3


def limit_this_process() -> None:
    """Bound the memory, and allow no file to be written, where the system knows how (POSIX)."""
    try:
        import resource
    except ImportError:
        return
    for kind, most in ((resource.RLIMIT_AS, MEMORY_LIMIT), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(kind, (most, most))
        except (ValueError, OSError):
            continue  # macOS has no RLIMIT_AS


def main() -> None:
    """Answer requests until stdin ends."""
    import resvg_py

    limit_this_process()
    while request := sys.stdin.buffer.read(8):
        length, width = struct.unpack(">II", request)
        drawing = sys.stdin.buffer.read(length).decode("utf-8", "replace")
        try:
            fonts = "<text" in drawing
            answer, ok = bytes(resvg_py.svg_to_bytes(drawing, width=width, skip_system_fonts=not fonts)), True
        except Exception as problem:  # whatever the painter says is the reason this one drawing fails
            answer, ok = str(problem).encode("utf-8", "replace")[:500], False
        sys.stdout.buffer.write(struct.pack(">?I", ok, len(answer)) + answer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
