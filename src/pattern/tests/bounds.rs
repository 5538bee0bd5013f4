//! The bounds on work that the room promises, by counting steps: no clock is asked.

use crate::pattern::consistency::MAX_TRIES;
use crate::pattern::parse::MAX_COMBINATIONS;
use crate::pattern::wildcard::combinations;
use crate::pattern::{EventError, Pattern, PatternSet, Scratch, steps};

/// A piece of text as many times as is asked for, between commas.
fn list(times: usize, piece: impl Fn(usize) -> String) -> String {
    (0..times).map(piece).collect::<Vec<_>>().join(",")
}

/// Steps of parsing a text, valid or not.
fn parse_steps(text: &str) -> u64 {
    steps::of(|| Pattern::parse(text).is_ok()).0
}

/// Steps of matching an event with one rule.
fn match_steps(rule: &str, event: &str) -> u64 {
    let pattern = Pattern::parse(rule).unwrap_or_else(|error| panic!("{rule}: {error}"));
    let mut set = PatternSet::new();
    set.add(&pattern);
    let (taken, _) = steps::of(|| {
        let mut found = Vec::new();
        let walked = set.matches_into(event.as_bytes(), &mut Scratch::new(), &mut found);
        assert!(matches!(walked, Ok(()) | Err(EventError::TooTangled(_))), "{walked:?}");
        super::super::check_event(event.as_bytes()).unwrap();
    });
    taken
}

/// Twice the input takes at most about twice the steps.
fn doubles(what: &str, from: usize, steps: impl Fn(usize) -> u64) {
    let mut before = steps(from);
    for n in [2 * from, 4 * from, 8 * from] {
        let now = steps(n);
        assert!(now <= before * 22 / 10 + 200, "{what}: {now} steps for {n}, {before} for half of it");
        before = now;
    }
}

#[test]
fn parsing_is_linear_in_the_patterns_text() {
    type Make = fn(usize) -> String;
    let families: &[(&str, Make)] = &[
        ("a long text", |n| format!(r#"{{"a":["{}"]}}"#, "x".repeat(n))),
        ("many values", |n| format!(r#"{{"a":[{}]}}"#, list(n, |i| i.to_string()))),
        ("many excluded values", |n| {
            format!(r#"{{"a":[{{"anything-but":[{}]}}]}}"#, list(n, |i| i.to_string()))
        }),
        ("many fields, past the most there may be", |n| {
            format!("{{{}}}", list(n / 2, |i| format!(r#""k{i}":[1]"#)))
        }),
        ("deep, past the deepest there may be", |n| {
            format!("{}[1]{}", r#"{"a":"#.repeat(n / 4), "}".repeat(n / 4))
        }),
        ("a long literal in a wildcard", |n| {
            format!(r#"{{"a":[{{"wildcard":"*x{}*"}}]}}"#, "y".repeat(n / 4))
        }),
        ("many wildcards, too complex together", |n| {
            format!(r#"{{"a":[{}]}}"#, list(n, |i| format!(r#"{{"wildcard":"{i}*x"}}"#)))
        }),
        ("many stars, too complex", |n| format!(r#"{{"a":[{{"wildcard":"{}"}}]}}"#, "*a".repeat(n))),
        ("a key of many parts", |n| format!(r#"{{"{}":[1]}}"#, vec!["a"; n].join("."))),
        ("a long key before many fields, past what paths may take", |n| {
            format!(r#"{{"{}":{{{}}}}}"#, "k".repeat(64 * n), list(n / 2, |i| format!(r#""k{i}":[1]"#)))
        }),
    ];
    for (what, make) in families {
        doubles(what, 1_000, |n| parse_steps(&make(n)));
    }
}

/// How complex wildcards are together is looked for among combinations of live places: so many, whatever they are.
#[test]
fn telling_how_complex_wildcards_are_takes_bounded_work() {
    let digits = |n: usize| (0..n).map(|i| i.to_string()).collect::<String>();
    let long = |n: usize| format!("x*{0}*y{0}z*", digits(n));
    let fields = |fields: usize, text: &str| {
        format!("{{{}}}", list(fields, |i| format!(r#""f{i}":[{{"wildcard":"{text}"}}]"#)))
    };
    for (n_fields, n) in [(1, 100), (1, 10_000), (60, 100), (60, 1_000), (900, 100)] {
        let pattern = fields(n_fields, &long(n));
        // At most ten places are live, each may go on with a byte and be a star: 21 bytes to try, with 11 places after.
        let bound = 21 * 12 * combinations(pattern.len()) + 20 * pattern.len();
        let taken = parse_steps(&pattern);
        assert!(taken < bound as u64, "{taken} steps, {bound} for {n_fields} fields of {n}");
    }
    assert!(Pattern::parse(&fields(60, "arn:aws:events:us-east-1:*:event-bus/*")).is_ok());
    assert!(Pattern::parse(&fields(900, "*/orders/*/placed")).is_ok());
}

/// Alternatives multiply, up to the documented number of ways; past it a pattern is refused on the way.
#[test]
fn alternatives_cost_at_most_the_number_of_ways_times_the_text() {
    let pair = r#""$or":[{"a":[1]},{"b":[1]}]"#;
    let excluded = list(65, |i| format!(r#"{{"anything-but":"v{i}"}}"#));
    let wide = |n: usize| list(n, |i| format!(r#"{{"o{i}":[1]}}"#));
    let patterns = [
        format!("{{{}}}", [pair; 9].join(",")),
        format!("{{{}}}", [pair; 500].join(",")),
        format!(r#"{{{},"$or":[{}]}}"#, list(900, |i| format!(r#""f{i}":[1]"#)), wide(1_000)),
        format!(r#"{{"$or":[{}],{}}}"#, wide(1_000), list(900, |i| format!(r#""f{i}":[1]"#))),
        format!(r#"{{"$or":[{}],"f":[{}]}}"#, wide(1_000), list(5_000, |i| i.to_string())),
        // Each of these lists is split in two, which would multiply to 2^40 ways.
        format!("{{{}}}", list(40, |i| format!(r#""f{i}":[{excluded}]"#))),
        format!("{{{}}}", list(9, |i| format!(r#""f{i}":[{excluded}]"#))),
    ];
    for pattern in patterns {
        let (taken, bound) = (parse_steps(&pattern), 2 * (MAX_COMBINATIONS * pattern.len()) as u64);
        assert!(taken < bound, "{taken} steps for {} bytes: {}…", pattern.len(), &pattern[..60]);
    }
    let split = |fields: usize| format!("{{{}}}", list(fields, |i| format!(r#""f{i}":[{excluded}]"#)));
    assert!(Pattern::parse(&split(9)).is_ok());
    assert_eq!(
        Pattern::parse(&split(10)).unwrap_err().reason,
        crate::pattern::Reason::TooManyCombinations(MAX_COMBINATIONS)
    );
}

#[test]
fn matching_is_linear_in_the_event() {
    let objects = |n: usize, one: &dyn Fn(usize) -> String| format!(r#"{{"a":[{}]}}"#, list(n, one));
    let keys = list(12, |i| format!(r#""k{i}":[1]"#));
    type Make<'m> = &'m dyn Fn(usize) -> String;
    let cases: &[(&str, &str, Make<'_>)] = &[
        ("a long text without the wildcard's last", r#"{"a":[{"wildcard":"*a*b*c*"}]}"#, &|n| {
            format!(r#"{{"a":"{}"}}"#, "ab".repeat(n))
        }),
        ("a text of near misses", r#"{"a":[{"wildcard":"*aaaab*"}]}"#, &|n| {
            format!(r#"{{"a":"{}"}}"#, "a".repeat(n))
        }),
        ("an excluded wildcard", r#"{"a":[{"anything-but":{"wildcard":"*a*b*c*"}}]}"#, &|n| {
            format!(r#"{{"a":"{}"}}"#, "abab".repeat(n))
        }),
        ("a long text without regard to case", r#"{"a":[{"prefix":{"equals-ignore-case":"ÄB"}}]}"#, &|n| {
            format!(r#"{{"a":"{}"}}"#, "äb".repeat(n))
        }),
        ("a text with escapes", r#"{"a":["x"]}"#, &|n| format!(r#"{{"a":"{}"}}"#, r"\u0041\n".repeat(n))),
        ("a long number", r#"{"a":[{"numeric":[">",0]}]}"#, &|n| format!(r#"{{"a":{}}}"#, "1".repeat(n))),
        ("what no rule names", r#"{"a":[1]}"#, &|n| {
            format!(r#"{{"b":[{}],"a":1}}"#, list(n, |_| "[{}]".into()))
        }),
        ("a key of many parts", r#"{"a.a.a.a":[1]}"#, &|n| format!(r#"{{"{}":1}}"#, vec!["a"; n].join("."))),
        ("the same key again and again", r#"{"a":[1],"b":[1]}"#, &|n| {
            format!("{{{}}}", list(n, |i| format!(r#""a":{i}"#)))
        }),
        ("elements that never meet both", r#"{"a":{"x":[1],"y":[2]}}"#, &|n| {
            objects(n, &|i| format!(r#"{{"x":{},"y":{}}}"#, i % 2, i % 2))
        }),
        ("elements by exclusion", r#"{"a":{"x":[{"anything-but":1}],"y":[{"anything-but":2}]}}"#, &|n| {
            objects(n, &|i| format!(r#"{{"x":{},"y":{}}}"#, 1 + i % 2, 1 + i % 2))
        }),
        ("elements by absence", r#"{"a":{"x":[1],"y":[{"exists":false}]}}"#, &|n| {
            objects(n, &|_| r#"{"x":1,"y":2}"#.to_owned())
        }),
        ("lists within lists", r#"{"a":{"x":[1],"y":[2]}}"#, &|n| {
            objects(n, &|i| format!(r#"[[{{"x":1}},{{"y":{i}}}]]"#))
        }),
        ("two lists", r#"{"a":{"x":[1],"y":[2]},"b":{"x":[1],"y":[2]}}"#, &|n| {
            let one = |i: usize| format!(r#"{{"x":{},"y":{}}}"#, i % 2, 1 + i % 2);
            format!(r#"{{"a":[{}],"b":[{}]}}"#, list(n, one), list(n, one))
        }),
        ("many keys of which most are unknown", &format!("{{{keys}}}"), &|n| {
            format!("{{{}}}", list(n, |i| format!(r#""k{i}.x":1"#)))
        }),
    ];
    for (what, rule, make) in cases {
        doubles(what, 500, |n| match_steps(rule, &make(n)));
    }
}

/// A rule of dotted parts, each with many siblings, against a key of as many parts.
#[test]
fn a_key_of_many_parts_is_read_once_however_deep_the_rules_go() {
    doubles("parts with siblings", 250, |n| {
        let mut set = PatternSet::new();
        for sibling in 0..10 {
            let mut path = String::new();
            for _ in 0..n {
                path.push_str("a.");
                let rule = format!(r#"{{"{path}s{sibling}":[1]}}"#);
                if path.len().is_multiple_of(50) {
                    set.add(&Pattern::parse(&rule).unwrap());
                }
            }
        }
        let event = format!(r#"{{"{}":1}}"#, vec!["a"; n].join("."));
        steps::of(|| set.matches_into(event.as_bytes(), &mut Scratch::new(), &mut Vec::new()).unwrap()).0
    });
}

/// So many elements, each of which meets others of the conditions `k0`, `k1` and so on, but never all.
fn elements(n: usize, conditions: usize, form: impl Fn(&str) -> String) -> String {
    list(n, |i| {
        let met =
            (0..conditions).filter(|c| (i * 2_654_435_761) >> (c + 7) & 1 == 1 && c + i % 2 < conditions - 1);
        form(&met.map(|c| format!(r#""k{c}":1"#)).collect::<Vec<_>>().join(","))
    })
}

/// Each element of an array is looked at once, however many there are and whatever they meet.
#[test]
fn elements_that_meet_ever_other_conditions_cost_one_look_each() {
    let rule = format!(r#"{{"a":{{{}}}}}"#, list(40, |c| format!(r#""k{c}":[1]"#)));
    doubles("arrays within arrays", 500, |n| {
        let elements = elements(n, 40, |one| format!("[{{{one}}}]"));
        match_steps(&rule, &format!(r#"{{"a":[{elements},[[{elements}]]]}}"#))
    });
    let halves = [0, 1].map(|half| list(20, |c| format!(r#""k{c}":[1,{{"exists":{half}}}]"#)));
    let rule = format!(r#"{{"a":{{"x":{{{}}},"y":{{{}}}}}}}"#, halves[0], halves[1])
        .replace(r#"{"exists":0}"#, r#"{"exists":false}"#)
        .replace(r#"{"exists":1}"#, "2");
    doubles("arrays side by side in elements", 500, |n| {
        let elements = elements(n / 10, 20, |one| format!("{{{one}}}"));
        let both = list(10, |_| format!(r#"{{"x":[{elements}],"y":[{elements}]}}"#));
        match_steps(&rule, &format!(r#"{{"a":[{both}]}}"#))
    });
}

/// One key many times: which elements go together is a riddle, given up after so many steps.
#[test]
fn tangled_arrays_cost_at_most_the_documented_steps() {
    let conditions = 40;
    let rule = format!(r#"{{"a":{{{}}}}}"#, list(conditions, |c| format!(r#""k{c}":[1]"#)));
    for n in [50, 500, 2_000] {
        let elements = elements(n, conditions, |one| format!("{{{one}}}"));
        let event = format!("{{{}}}", list(5, |_| format!(r#""a":[{elements}]"#)));
        let taken = match_steps(&rule, &event);
        let bound = 2 * MAX_TRIES + event.len() * 4;
        assert!(taken < bound as u64, "{taken} steps for {n} elements, more than {bound}");
    }
}

/// Rules that a value does not meet cost nothing: ten or ten thousand, an event takes the same steps.
#[test]
fn steps_grow_with_the_event_and_not_with_the_rules() {
    let event = r#"{"s":"Acacia Street 17","n":17.5,"i":[{"x":"a","y":3},{"x":"b","y":4}],"ip":"10.1.2.3"}"#;
    let families: &[(&str, fn(usize) -> String)] = &[
        ("exact", |i| format!(r#"{{"s":["Street {i}"]}}"#)),
        ("prefix", |i| format!(r#"{{"s":[{{"prefix":"B{i}"}}]}}"#)),
        ("suffix", |i| format!(r#"{{"s":[{{"suffix":"{i}0"}}]}}"#)),
        ("ignore case", |i| format!(r#"{{"s":[{{"equals-ignore-case":"street {i}"}}]}}"#)),
        ("wildcard from the start", |i| format!(r#"{{"s":[{{"wildcard":"B{i}*x"}}]}}"#)),
        ("wildcard from within", |i| format!(r#"{{"s":[{{"wildcard":"*#{i}*"}}]}}"#)),
        ("numeric", |i| format!(r#"{{"n":[{{"numeric":[">",{},"<",{}]}}]}}"#, 20 + i, 21 + i)),
        ("address", |i| format!(r#"{{"ip":[{{"cidr":"11.{}.{}.0/24"}}]}}"#, i / 250, i % 250)),
        ("excluded after exact", |i| format!(r#"{{"s":["S{i}"],"ip":[{{"anything-but":"{i}"}}]}}"#)),
        ("absent after exact", |i| format!(r#"{{"s":["S{i}"],"q":[{{"exists":false}}]}}"#)),
        ("elements of an array", |i| format!(r#"{{"i":{{"x":["a"],"y":[{}]}}}}"#, 10 + i)),
    ];
    for (what, rule) in families {
        let steps_with = |rules: usize| {
            let mut set = PatternSet::new();
            for i in 0..rules {
                set.add(&Pattern::parse(&rule(i)).unwrap_or_else(|error| panic!("{}: {error}", rule(i))));
            }
            steps::of(|| set.matches_into(event.as_bytes(), &mut Scratch::new(), &mut Vec::new()).unwrap()).0
        };
        let (few, many) = (steps_with(100), steps_with(10_000));
        // Ranges are looked up in a tree, a level of which more is a few steps more.
        assert!(many <= few + 60, "{what}: {few} steps among 100 rules, {many} among 10,000");
    }
}

/// Each rule added costs the same, however many are there.
#[test]
fn adding_a_rule_costs_the_same_among_many() {
    doubles("rules that share their first condition", 500, |n| {
        let rules: Vec<Pattern> = (0..n)
            .map(|i| Pattern::parse(&format!(r#"{{"a":["x"],"b":[{{"anything-but":"{i}"}}]}}"#)).unwrap())
            .collect();
        let mut set = PatternSet::new();
        steps::of(|| rules.iter().map(|rule| set.add(rule)).count()).0
    });
}
