"""The values of a policy as people write them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from rnninspect.policy import amounts


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("5M", 5_000_000),
        ("200k", 200_000),
        ("200K", 200_000),
        ("1.5B", 1_500_000_000),
        ("2.5 million", 2_500_000),
        ("5,000,000", 5_000_000),
        ("5_000_000", 5_000_000),
        (" 7 ", 7),
        (5_000_000, 5_000_000),
        (5e6, 5_000_000),
        (0, 0),
        ("none", None),
    ],
)
def test_counts_as_people_write_them(written: object, number: int | None) -> None:
    assert amounts.count(written) == number


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("20 MB", 20_000_000),
        ("20MB", 20_000_000),
        ("20M", 20_000_000),
        ("20mb", 20_000_000),
        ("1.5GiB", 3 * 2**29),
        ("512 KiB", 2**19),
        ("1kB", 1000),
        ("3 TB", 3 * 10**12),
        ("100 bytes", 100),
        ("100B", 100),
        (100, 100),
    ],
)
def test_bytes_as_people_write_them(written: object, number: int) -> None:
    assert amounts.byte_count(written) == number


@pytest.mark.parametrize(
    "written",
    [
        "", "M", "five", "-5M", "+5", "5 X", "5MB", "5GiB", "1.5", "1.2345k", "5..0M", "1e9",
        "0x10", "5,00", "50,0000", "NaN", "inf", "٥M", "9" * 40, True, False, None, -1, 1.5,
        float("nan"), float("inf"), 1e300, [5], {},
    ],
)  # fmt: skip
def test_a_malformed_count_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="is not a "):
        amounts.count(written)


@pytest.mark.parametrize("written", ["20 Mb/s", "20 XB", "0.5", "1.0001kB", True, "MB", "-1GB"])
def test_a_malformed_number_of_bytes_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="is not a "):
        amounts.byte_count(written)


@pytest.mark.parametrize(
    ("written", "share"), [("2%", Fraction(1, 50)), ("97.5 %", Fraction(39, 40))]
)
def test_percentages(written: str, share: Fraction) -> None:
    assert amounts.percentage(written) == share


@pytest.mark.parametrize("written", ["2", 2, 0.02, "-2%", "%", "2%%", "1/50", True])
def test_a_percentage_needs_its_sign(written: object) -> None:
    with pytest.raises(ValueError, match="is not a percentage"):
        amounts.percentage(written)


def test_coverage_is_at_most_100_percent() -> None:
    assert amounts.coverage("100%") == 1
    with pytest.raises(ValueError, match="more than 100"):
        amounts.coverage("100.1%")
