//! Small changes to texts: pieces taken out, doubled, moved from other texts, and words that parsers trip over.

/// Numbers that look random and are the same in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number below an end; 0 when the end is 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

/// Words that parsers trip over.
const WORDS: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b"(",
    b")",
    b",",
    b":",
    b"\"",
    b"\\",
    b"\n",
    b"\r",
    b"\t",
    b"- ",
    b"---\n",
    b"null",
    b"true",
    b"-0.0",
    b"1e999",
    b"-1",
    b"9223372036854775808",
    b"0.1e-400",
    b"NaN",
    b"\"\"",
    b"{}",
    b"[]",
    b"\\u0000",
    b"\\ud800",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xf0\x9f\x9a\x80",
    b"$ref",
    b"\"#/\"",
    b"'#'",
    b"&a ",
    b"*a ",
    b"!!binary ",
    b"<",
    b"</",
    b"&#x0;",
    b"9999-99-99T99:99:99Z",
    b"[[[[[[[[[[[[[[[[",
    b"{\"a\":{\"a\":{\"a\":{\"a\":",
    b"((((((((((((((((",
    b"\"$or\":",
    b"{\"exists\":false}",
    b"{\"prefix\":\"a\"}",
    b"{\"suffix\":{\"equals-ignore-case\":\"b\"}}",
    b"{\"anything-but\":[1,2]}",
    b"{\"anything-but\":{\"wildcard\":\"*a*b\"}}",
    b"{\"wildcard\":\"*x*y*\"}",
    b"{\"numeric\":[\">\",1,\"<=\",5e3]}",
    b"{\"cidr\":\"10.0.0.0/8\"}",
];

/// Changes an input a few times; `other` lends pieces.
pub(crate) fn mutate(input: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    for _ in 0..=random.below(4) {
        let at = random.below(input.len() + 1);
        let to = (at + random.below(24)).min(input.len());
        match random.below(8) {
            0 => drop(input.drain(at..to)),
            1 => drop(input.splice(at..at, WORDS[random.below(WORDS.len())].iter().copied())),
            2 if at < input.len() => input[at] = (random.below(256)) as u8,
            3 => {
                let copy = input[at..to].to_vec();
                for _ in 0..random.below(40) {
                    input.splice(at..at, copy.iter().copied());
                }
            }
            4 => {
                let from = random.below(other.len() + 1);
                let until = (from + random.below(60)).min(other.len());
                input.splice(at..to, other[from..until].iter().copied());
            }
            5 if at < input.len() => input[at] ^= 1 << random.below(8),
            // A line elsewhere.
            6 => {
                let end =
                    input[at..].iter().position(|&byte| byte == b'\n').map_or(input.len(), |n| at + n + 1);
                let line: Vec<u8> = input.drain(at..end).collect();
                let place = random.below(input.len() + 1);
                input.splice(place..place, line);
            }
            _ => drop(input.splice(at..to, WORDS[random.below(WORDS.len())].iter().copied())),
        }
        input.truncate(60_000);
    }
}
