"""Backups are files of age: others can open ours, we can open theirs, and nothing that was changed is taken for whole."""

from __future__ import annotations

import base64
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnership.project import age

IDENTITY = "AGE-SECRET-KEY-1XMWWC06LY3EE5RYTXM9MFLAZ2U56JJJ36S0MYPDRWSVLUL66MV4QX3S7F6"
RECIPIENT = "age1w3tyke4gev25vaxxsvcgqu4484rf6ejpmavs57p6yz6lhy2sfs5swrvwyn"
"""Of the test suite that implementations of age share (C2SP/CCTV)."""
OF_ANOTHER_PROGRAM = base64.b64decode(
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBodEpmTHl6TEhyYllmcGtmRWEyREJUL1liYmRuR25oaGxKQ2NBaEEycWhZClVaa0pOMzlTSEJJeGd5"
    "QnNZbUlXc1JwZkFHTmFlQ2V1WS9lQ1dOcEdvRjAKLT4gWDI1NTE5IHRQajd5akRIY2NDSkpDc002b2JEOFpjT21LOVhjTURTa25taEVrK2tHQnMKVDR0Y24y"
    "ZU5lZy9WVzl6VE5GNFV3U1pGNnM5eldzWjcxVmY0S0ZDaFFORQotPiBKLWdyZWFzZSA5RGFOYk56dCBpTHw8MApieFlVTWZaTmIyY1JpSTh3WmxpdmFQZlVU"
    "SG90dENldGh6ai9jQjcwNXZaS3RNdkVQc2FXSFViMkNEOEhjNnVXCmVxU2g2VHZubU93UEkxY2lFcy9rNzlpYlY0elVoNnlKR1hXSENkVDlSR3VlQklPQ08r"
    "VUsybVpwSGJ5ai91SQotLS0gRmwxZEUvcUd6ZlNNTjZDR1A4NUVFbnFqeGlrSHUxYllnbkgxdXlKVWhubwoihi/xciud1yddsvG5GycFvK4kk63RD5I54Me3"
    "BW+t2OTm3ZYX5q0vZ39k6fm1nKI="
)
"""Written by rage (pyrage 1.4.0) for two recipients, the second of which is ours."""


def opened(content: bytes, identity: str = IDENTITY) -> bytes:
    return b"".join(age.decrypted(io.BytesIO(content), identity))


def sealed(content: bytes, *recipients: str) -> bytes:
    out = io.BytesIO()
    file = age.Encrypted(out, recipients or [RECIPIENT])
    file.write(content)
    file.close()
    return out.getvalue()


def test_the_published_identity_has_its_recipient():
    assert age.recipient_of(IDENTITY) == RECIPIENT


def test_a_file_of_another_program_is_opened():
    assert opened(OF_ANOTHER_PROGRAM) == b"What was saved.\n"


@pytest.mark.parametrize("size", [0, 1, age.CHUNK - 1, age.CHUNK, age.CHUNK + 1, 2 * age.CHUNK, 200_000])
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


@pytest.mark.parametrize(
    "text", ["", "age1", RECIPIENT[:-1], RECIPIENT[:-1] + "p", IDENTITY, RECIPIENT.title(), "ssh-ed25519 AAAA"]
)
def test_what_is_no_recipient_is_refused(text):
    with pytest.raises(age.NoKey):
        age.Encrypted(io.BytesIO(), [text])


def test_a_mistyped_secret_key_is_refused_without_being_shown():
    with pytest.raises(age.NoKey) as refused:
        opened(FILE, IDENTITY[:-1] + "Q")
    assert IDENTITY[20:30] not in str(refused.value)
