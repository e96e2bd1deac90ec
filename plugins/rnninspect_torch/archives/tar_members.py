"""The members of a tar archive, from its headers (POSIX ustar, GNU long names)."""

from __future__ import annotations

from rnninspect.plugin import Limit, UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source

_BLOCK = 512
_HEADER_STEPS = 8
_REGULAR, _LONG_NAME = (b"0", b"\0", b"7"), b"L"
_LONGEST_NAME = 4096


def read_tar(source: Source) -> dict[str, Source]:
    """The regular files of an archive by name; the last one of those with the same name.

    Raises UnreadableFile if a header is malformed or a member extends beyond the file.
    """
    members: dict[str, Source] = {}
    offset, headers, long_name = 0, 0, ""
    while offset + _BLOCK <= source.size:
        header = source.read(offset, _BLOCK)
        if header[:1] == b"\0":
            break
        headers += 1
        source.limits.require(Limit.MEMBERS, headers, "the tar archive")
        source.spend(Limit.STEPS, _HEADER_STEPS)
        size = _octal(header[124:136], offset)
        content = source.window(offset + _BLOCK, size)
        kind = header[156:157]
        if kind == _LONG_NAME:
            long_name = _text(content.head(_LONGEST_NAME))
        elif kind in _REGULAR:
            folder = _text(header[345:500]) if header[257:262] == b"ustar" else ""
            name = long_name or (f"{folder}/" if folder else "") + _text(header[:100])
            members[name.removeprefix("./")] = content
            long_name = ""
        offset += _BLOCK + -(-size // _BLOCK) * _BLOCK
    return members


def _octal(field: bytes, offset: int) -> int:
    if field[:1] == b"\x80":  # GNU: binary, for sizes that do not fit into eleven octal digits
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    try:
        return int(digits or b"0", 8)
    except ValueError as error:
        raise UnreadableFile(
            f"malformed tar header at offset {offset}: invalid size {digits!r}",
            place=f"offset {offset}",
        ) from error


def _text(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
