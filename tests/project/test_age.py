"""Backups are files of age: who has a key opens them, and nothing that was changed is taken for whole."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnership.project import age

IDENTITY = "AGE-SECRET-KEY-1XMWWC06LY3EE5RYTXM9MFLAZ2U56JJJ36S0MYPDRWSVLUL66MV4QX3S7F6"
RECIPIENT = "age1w3tyke4gev25vaxxsvcgqu4484rf6ejpmavs57p6yz6lhy2sfs5swrvwyn"
"""Of the test suite that implementations of age share (C2SP/CCTV)."""


def opened(content: bytes, identity: str = IDENTITY) -> bytes:
    pieces: list[bytes] = []
    age.decrypt(io.BytesIO(content), identity, pieces.append)
    return b"".join(pieces)


def sealed(content: bytes, *recipients: str) -> bytes:
    out = io.BytesIO()
    age.encrypt([content[:9], b"", content[9:]], out, recipients or [RECIPIENT])
    return out.getvalue()


def test_the_published_identity_has_its_recipient():
    assert age.recipient_of(IDENTITY) == RECIPIENT


def test_what_goes_wrong_while_it_is_written_is_told_as_it_is():
    def pieces():
        yield b"begun"
        raise KeyError("pg_dump")

    with pytest.raises(KeyError, match="pg_dump"):
        age.encrypt(pieces(), io.BytesIO(), [RECIPIENT])
    with pytest.raises(AttributeError, match="nothing"):
        age.decrypt(io.BytesIO(FILE), IDENTITY, lambda piece: piece.nothing)


@pytest.mark.parametrize("size", [0, 1, 2**16 - 1, 2**16, 2**16 + 1, 2**17, 200_000])
def test_what_was_written_is_read_whatever_its_length(size):
    content = (bytes(range(256)) * (size // 256 + 1))[:size]
    assert opened(sealed(content)) == content


def test_each_of_two_holders_of_keys_opens_it_and_nobody_else_does():
    other = age.new_identity()
    content = sealed(b"x", age.recipient_of(other), RECIPIENT)
    assert opened(content) == opened(content, other) == b"x"
    with pytest.raises(age.WrongKey):
        opened(content, age.new_identity())


FILE = sealed(b"x" * 70_000)


@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
def test_a_file_in_which_any_byte_was_changed_is_not_taken_for_whole(place, change):
    broken = FILE[:place] + bytes([FILE[place] ^ change]) + FILE[place + 1 :]
    with pytest.raises((age.Damaged, age.WrongKey)):
        opened(broken)


@given(st.integers(0, len(FILE) - 1))
def test_a_file_that_was_cut_off_anywhere_is_not_taken_for_whole(length):
    with pytest.raises((age.Damaged, age.WrongKey)):
        opened(FILE[:length])


@pytest.mark.parametrize("text", ["", "age1", RECIPIENT[:-1], RECIPIENT[:-1] + "p", IDENTITY, "ssh-ed25519 AAAA"])
def test_what_is_no_recipient_is_refused(text):
    with pytest.raises(age.NoKey):
        age.encrypt([b"x"], io.BytesIO(), [text])


def test_a_mistyped_secret_key_is_refused_without_being_shown():
    with pytest.raises(age.NoKey) as refused:
        opened(FILE, IDENTITY[:-1] + "Q")
    assert IDENTITY[20:30] not in str(refused.value)
