"""A block in a document: the text between the markers changes, and no other byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnninspect.card.block import END, START, MarkerError, append_block, framed, replace_block

BLOCK = "| a | b |\n|---|---|\n\nwords"
LINE_ENDS = ("\n", "\r\n", "\r")
# Neither a line end nor a marker; some of the bytes are not UTF-8.
TEXT = st.binary(max_size=40).map(lambda text: text.replace(b"\r", b"").replace(b"\n", b""))


def document(before: str, between: str, after: str) -> bytes:
    return f"{before}{START}\n{between}{END}{after}".encode()


def test_the_text_between_the_markers_is_replaced() -> None:
    made = replace_block(document("# Card\n\n", "old\n\nwords\n", "\n\nmore\n"), BLOCK)
    assert made == document("# Card\n\n", f"{BLOCK}\n", "\n\nmore\n")


@pytest.mark.parametrize("after", ["", "\n", "\n\n\n", "\nlast line without an end"])
def test_the_end_of_the_document_is_not_changed(after: str) -> None:
    assert replace_block(document("", "", after), BLOCK) == document("", f"{BLOCK}\n", after)


@pytest.mark.parametrize("ending", LINE_ENDS)
def test_the_block_gets_the_line_ends_of_the_document(ending: str) -> None:
    old = f"# Card{ending}{START}{ending}{END}{ending}text{ending}".encode()
    made = replace_block(old, BLOCK).decode()
    assert made.split(ending) == ["# Card", *framed(BLOCK).split("\n"), "text", ""]


@given(
    before=st.lists(TEXT, max_size=5),
    between=st.lists(TEXT, max_size=5),
    after=st.lists(TEXT, max_size=5),
    ending=st.sampled_from(LINE_ENDS),
)
def test_no_other_byte_changes(
    before: list[bytes], between: list[bytes], after: list[bytes], ending: str
) -> None:
    end = ending.encode()
    head = b"".join(line + end for line in before) + START.encode() + end
    tail = END.encode() + b"".join(end + line for line in after)
    made = replace_block(head + b"".join(line + end for line in between) + tail, BLOCK)
    assert made.startswith(head)
    assert made.endswith(tail)
    assert made[len(head) : len(made) - len(tail)].splitlines() == BLOCK.encode().splitlines()
    assert replace_block(made, BLOCK) == made


@given(
    content=st.lists(st.tuples(TEXT, st.sampled_from([b"\n", b"\r\n", b""])), max_size=6),
)
def test_appending_adds_at_the_end_and_the_second_time_nothing(
    content: list[tuple[bytes, bytes]],
) -> None:
    old = b"".join(line + end for line, end in content)
    made = append_block(old, BLOCK)
    assert made.startswith(old)
    assert made[len(old) :].strip().splitlines() == framed(BLOCK).encode().splitlines()
    assert append_block(made, BLOCK) == replace_block(made, BLOCK) == made


@pytest.mark.parametrize(
    ("old", "gap"),
    [("", ""), ("text", "\n\n"), ("text\n", "\n"), ("text\n\n", ""), ("text\r\n", "\r\n")],
)
def test_an_appended_block_follows_a_blank_line(old: str, gap: str) -> None:
    made = append_block(old.encode(), "block")
    assert made.startswith(f"{old}{gap}{START}".encode())


def test_a_marker_in_a_sentence_is_plain_text() -> None:
    speaks = f"Put `{START}` and {END} into the file.\n"
    with pytest.raises(MarkerError, match=f"no marker {START}"):
        replace_block(speaks.encode(), BLOCK)
    made = replace_block(document(speaks, "", ""), BLOCK)
    assert made == document(speaks, f"{BLOCK}\n", "")


CODE = {
    "backticks": "```markdown\n{}```\n",
    "tildes": "~~~ a ` b\n{}~~~~ \n",
    "a longer fence": "````\n```\n{}```\n````\n",
    "indented": "   ```\n{}  ```\n",
    "closed by no other": "```\n~~~\n{}``` not yet\n```\n",
}


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("name", CODE)
def test_markers_in_fenced_code_are_plain_text(name: str, ending: str) -> None:
    shown = CODE[name].format(f"{START}\n{END}\n")
    old = f"{shown}{START}\n{END}\n{shown}".replace("\n", ending).encode()
    new = f"{shown}{START}\n{BLOCK}\n{END}\n{shown}".replace("\n", ending).encode()
    assert replace_block(old, BLOCK) == append_block(old, BLOCK) == new
    alone = shown.replace("\n", ending).encode()
    assert append_block(alone, BLOCK).startswith(alone)
    assert replace_block(append_block(alone, BLOCK), BLOCK) == append_block(alone, BLOCK)


def test_a_backtick_after_a_fence_makes_it_plain_text() -> None:
    old = f"``` a`b\n{START}\n{END}\n".encode()
    assert replace_block(old, "x") == f"``` a`b\n{START}\nx\n{END}\n".encode()


def test_nothing_is_appended_to_unclosed_code() -> None:
    with pytest.raises(MarkerError, match="the fenced code that starts in line 2 is not closed"):
        append_block(b"# Card\n```\nwords\n", BLOCK)


def test_a_marker_may_be_indented_and_follow_a_byte_order_mark() -> None:
    old = b"\xef\xbb\xbf  " + START.encode() + b" \n\t" + END.encode()
    assert replace_block(old, "x") == old.replace(b"\n\t", b"\nx\n\t")


BAD = {
    "no marker": (b"# Card\n", f"no marker {START}"),
    "no end": (f"{START}\n".encode(), f"no marker {END}"),
    "no start": (f"{END}\n".encode(), f"no marker {START}"),
    "two starts": (f"{START}\n{START}\n{END}\n".encode(), "duplicate marker .* in lines 1, 2"),
    "two blocks": (document("", "", "\n") * 2, "duplicate marker .* in lines 1, 3"),
    "unordered": (f"\n{END}\n{START}\n".encode(), "in line 2 comes before .* in line 3"),
    "only in code": (
        b"# Card\n```\n" + document("", "", "\n```\n"),
        r"\(the one in line 3 is in fenced code\)",
    ),
    "one in code": (f"{START}\n~~~\n{END}\n~~~\n".encode(), "no marker .* other marker in line 1"),
    "of another encoding": (f"{START}\n{END}\n".encode("utf-16"), f"no marker {START}"),
}


@pytest.mark.parametrize("name", BAD)
def test_wrong_markers_are_reported_with_their_lines(name: str) -> None:
    content, message = BAD[name]
    with pytest.raises(MarkerError, match=message):
        replace_block(content, BLOCK)


@pytest.mark.parametrize("name", ["no end", "no start", "two starts", "unordered"])
def test_appending_does_not_repair_wrong_markers(name: str) -> None:
    with pytest.raises(MarkerError):
        append_block(BAD[name][0], BLOCK)
