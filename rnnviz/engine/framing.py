"""Messages over a byte stream: four bytes of length, then MessagePack. No pickle.

Whatever has a ``read`` or a ``write`` will do: a pipe, a socket's file, a remote shell.
Decoding is strict, so a message that arrives has the types that `messages` declares.
"""

from __future__ import annotations

import functools
import struct
from typing import Any, Protocol

import msgspec

from rnnviz.records.arrays import decode_array, encode_array

LIMIT = 0x2000_0000
"""The longest message, 512 MiB. Any four printable characters read as a length are more
than this, so text that strays into the stream is noticed at once."""

_LENGTH = struct.Struct("<I")
_encoder = msgspec.msgpack.Encoder(enc_hook=encode_array)


class Readable(Protocol):
    """A blocking byte stream to read from; ``read(n)`` gives less than n only at its end."""

    def read(self, size: int, /) -> bytes: ...


class Writable(Protocol):
    """A blocking byte stream to write to; ``write`` takes all that it is given."""

    def write(self, data: bytearray, /) -> object: ...

    def flush(self) -> object: ...


class FramingError(Exception):
    """What came, or was to be sent, is not a message."""


def send(stream: Writable, message: msgspec.Struct) -> None:
    """Write one message and flush; raise `FramingError` if it is longer than `LIMIT`."""
    frame = bytearray(_LENGTH.size)
    _encoder.encode_into(message, frame, _LENGTH.size)
    length = len(frame) - _LENGTH.size
    if length > LIMIT:
        raise FramingError(f"a message of {length} bytes is too long")
    _LENGTH.pack_into(frame, 0, length)
    stream.write(frame)
    stream.flush()


def receive(stream: Readable, kind: Any) -> Any:
    """Read one message of `kind` (a struct or a union of them), waiting for it.

    Raises `EOFError` where the stream ends, also in the middle of a message, and
    `FramingError` for anything that is not a message. After an error nothing more can be
    read from the stream.
    """
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    if length > LIMIT:
        raise FramingError(f"a message of {length} bytes is too long")
    try:
        return _decoder(kind).decode(_exactly(stream, length))
    except (msgspec.MsgspecError, ValueError, TypeError) as error:
        raise FramingError(f"no message: {error}") from error


def _exactly(stream: Readable, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


@functools.cache
def _decoder(kind: Any) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(kind, dec_hook=decode_array)
