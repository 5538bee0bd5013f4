//! Every clock the logs come with, checked against jiff.

use proptest::prelude::*;

use super::*;

fn auto(text: &str) -> Option<i64> {
    parse(text.as_bytes(), TimeUnit::Auto)
}

#[test]
fn one_moment_in_many_clocks() {
    let moment = 1_767_225_600_123_456_789;
    for text in [
        "2026-01-01T00:00:00.123456789Z",
        "2026-01-01t00:00:00.123456789z",
        "2026-01-01 00:00:00.123456789",
        "2026-01-01T02:00:00.123456789+02:00",
        "2026-01-01T02:00:00,123456789+0200",
        "2025-12-31T19:00:00.123456789-05",
        "2025-12-31T18:30:00.1234567891-05:30",
        "1767225600123456789",
        "1767225600.123456789",
        "1767225600123.456789",
        "1767225600123456.789",
    ] {
        assert_eq!(auto(text), Some(moment), "{text}");
    }
}

#[test]
fn whole_units_are_told_by_their_size_or_by_the_mapping() {
    let second = 1_767_225_600 * SECOND;
    for text in [
        "1767225600",
        "1767225600000",
        "1767225600000000",
        "1767225600000000000",
        "1767225600.0",
        "1.7672256e9",
    ] {
        assert_eq!(auto(text), Some(second), "{text}");
    }
    assert_eq!(parse(b"5", TimeUnit::Millis), Some(5_000_000));
    assert_eq!(parse(b"5", TimeUnit::Micros), Some(5_000));
    assert_eq!(parse(b"5", TimeUnit::Nanos), Some(5));
}

#[test]
fn the_far_ends_are_times_and_rubbish_is_not() {
    assert_eq!(auto("1970-01-01T00:00:00Z"), Some(0));
    assert_eq!(auto("0"), Some(0));
    assert_eq!(auto("-1.5"), Some(-1_500_000_000));
    assert_eq!(auto("2100-12-31T23:59:60Z"), Some(4_133_980_800 * SECOND));
    assert_eq!(auto("2000-02-29"), Some(951_782_400 * SECOND));
    for text in [
        "",
        "noon",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00+2",
        "9999-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "99999999999999999999",
        "1e400",
        "NaN",
        "2026-01-01X00:00:00Z",
        "2026-01-01T0:00:00Z",
    ] {
        assert_eq!(auto(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn agrees_with_jiff(nanos in -6_000_000_000_i64 * SECOND..9_000_000_000 * SECOND, offset_minutes in -720..720_i64) {
        let stamp = jiff::Timestamp::from_nanosecond(i128::from(nanos)).expect("in range");
        prop_assert_eq!(auto(&stamp.to_string()), Some(nanos));
        prop_assert_eq!(auto(&format(nanos)), Some(nanos));
        let zone = jiff::tz::Offset::from_seconds((offset_minutes * 60) as i32).expect("an offset");
        let local = stamp.display_with_offset(zone).to_string();
        prop_assert_eq!(auto(&local), Some(nanos), "{}", local);
    }

    #[test]
    fn never_panics(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let _ = parse(&bytes, TimeUnit::Auto);
        let mut dated = b"2026-01-01".to_vec();
        dated.extend(&bytes);
        let _ = parse(&dated, TimeUnit::Auto);
    }
}
