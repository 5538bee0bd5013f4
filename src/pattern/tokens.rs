//! A pattern's text in coloured pieces, and what may be written at a place of it: both of any text, finished
//! or not.

use std::ops::Range;

/// What a piece of a pattern's text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// A brace, bracket, colon, comma, or what is no JSON at all.
    Mark,
    /// The name of a field.
    Field,
    /// `$or`, or the name of an operator where one belongs.
    Operator,
    /// A string to compare with.
    Text,
    /// A number.
    Number,
    /// `true`, `false` or `null`.
    Word,
}

/// The pieces of a text in order, blank space left out. A string that does not end goes on to the line's end.
#[must_use]
pub fn tokens(text: &str) -> Vec<(Range<usize>, Token)> {
    Lexer::new(text).map(|(span, token, _)| (span, token)).collect()
}

/// Where in a pattern a place is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The keys down to the place, without operators.
    pub(crate) keys: Vec<String>,
    /// What belongs there.
    pub(crate) wants: Wants,
    /// The piece that a choice replaces: the string or word around the place, or nothing at it.
    pub(crate) replaces: Range<usize>,
    /// What has been written of it up to the place, without its quotation mark.
    pub(crate) typed: String,
    /// The names already in use in the object around the place.
    pub(crate) used: Vec<String>,
}

/// What belongs at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wants {
    /// The name of a field.
    Field,
    /// What a field must be: an object or a list.
    Value,
    /// A condition of a list.
    Condition,
    /// The name of an operator.
    Operator,
    /// Something no suggestion helps with.
    Nothing,
}

/// What there is at a byte of a text.
pub(crate) fn place(text: &str, at: usize) -> Place {
    let mut frames = Vec::new();
    for (span, token, before) in Lexer::new(text) {
        // Right behind a mark a new piece may begin; right behind a word that word may go on.
        if span.start >= at {
            break;
        }
        frames = before;
        if span.end >= at && token != Token::Mark {
            let typed = text.get(span.start..at).unwrap_or_default();
            // Behind a string's closing quotation mark nothing is being written.
            let closed = span.end == at && typed.len() > 1 && typed.ends_with('"');
            let wants = if closed { Wants::Nothing } else { wants(&frames) };
            return Place { typed: typed.trim_start_matches('"').to_owned(), ..found(&frames, wants, span) };
        }
        take(&mut frames, token, text.get(span).unwrap_or_default());
    }
    found(&frames, wants(&frames), at..at)
}

fn found(frames: &[Frame], wants: Wants, replaces: Range<usize>) -> Place {
    let keys = frames.iter().filter(|frame| frame.kind == Kind::Fields).filter_map(|frame| frame.key.clone());
    let used = frames.last().map(|frame| frame.used.clone()).unwrap_or_default();
    Place { keys: keys.filter(|key| key != OR).collect(), wants, replaces, typed: String::new(), used }
}

fn wants(frames: &[Frame]) -> Wants {
    let Some(frame) = frames.last().filter(|frame| !frame.full) else { return Wants::Nothing };
    match (frame.kind, &frame.key) {
        (Kind::Fields, None) => Wants::Field,
        (Kind::Fields, Some(key)) if frame.colon && key != OR => Wants::Value,
        (Kind::Conditions, _) => Wants::Condition,
        (Kind::Operators, None) => Wants::Operator,
        _ => Wants::Nothing,
    }
}

const OR: &str = "$or";

/// What an object or list is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// An object of fields.
    Fields,
    /// The list of conditions of a field.
    Conditions,
    /// The list of a `$or`.
    Branches,
    /// A condition in braces, or what is within one.
    Operators,
    /// The list an operator takes, or anything that is out of place.
    Operands,
}

/// An object or list that a place is within.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Frame {
    kind: Kind,
    /// The key of the member being read.
    key: Option<String>,
    /// Whether its colon has come.
    colon: bool,
    /// Whether its value, or the list's next element, has been read.
    full: bool,
    /// All keys so far.
    used: Vec<String>,
}

/// Goes on over one piece.
fn take(frames: &mut Vec<Frame>, token: Token, piece: &str) {
    match (token, piece) {
        (Token::Mark, "{" | "[") => {
            let kind = kind(frames.last(), piece == "[");
            frames.push(Frame { kind, key: None, colon: false, full: false, used: Vec::new() });
        }
        (Token::Mark, "}" | "]") => {
            frames.pop();
            if let Some(outer) = frames.last_mut() {
                outer.full = true;
            }
        }
        (token, piece) => {
            let Some(frame) = frames.last_mut() else { return };
            match (token, piece) {
                (Token::Mark, ":") => (frame.colon, frame.full) = (true, false),
                (Token::Mark, ",") => (frame.colon, frame.full, frame.key) = (false, false, None),
                (Token::Mark, _) => {}
                (_, piece) => {
                    frame.full = true;
                    if matches!(frame.kind, Kind::Fields | Kind::Operators) && !frame.colon {
                        let plain = || piece.trim_matches('"').to_owned();
                        let name = serde_json::from_str(piece).unwrap_or_else(|_| plain());
                        frame.used.push(name);
                        frame.key = frame.used.last().cloned();
                    }
                }
            }
        }
    }
}

/// What an object or list is there for, by what it stands in.
fn kind(outer: Option<&Frame>, list: bool) -> Kind {
    let Some(outer) = outer else { return if list { Kind::Operands } else { Kind::Fields } };
    match (outer.kind, list) {
        (Kind::Fields, true) if outer.key.as_deref() == Some(OR) => Kind::Branches,
        (Kind::Fields, true) => Kind::Conditions,
        (Kind::Fields | Kind::Branches, false) => Kind::Fields,
        (Kind::Conditions | Kind::Operators, false) => Kind::Operators,
        _ => Kind::Operands,
    }
}

/// Goes through a text piece by piece, with what was open before each.
struct Lexer<'t> {
    text: &'t str,
    at: usize,
    frames: Vec<Frame>,
}

impl<'t> Lexer<'t> {
    fn new(text: &'t str) -> Lexer<'t> {
        Lexer { text, at: 0, frames: Vec::new() }
    }

    /// The end of the string that starts here: past its closing quotation mark, or at the end of the line.
    fn string_end(&self) -> usize {
        let mut escaped = false;
        for (at, byte) in self.text.bytes().enumerate().skip(self.at + 1) {
            match byte {
                b'\n' => return at,
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => return at + 1,
                _ => {}
            }
        }
        self.text.len()
    }
}

impl Iterator for Lexer<'_> {
    type Item = (Range<usize>, Token, Vec<Frame>);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        let start = self.at;
        let first = self.text[start..].chars().next()?;
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '+' | '.' | '_' | '$');
        let token = match first {
            '"' => {
                self.at = self.string_end();
                match self.frames.last() {
                    Some(frame) if frame.colon => Token::Text,
                    Some(frame) if frame.kind == Kind::Operators => Token::Operator,
                    Some(frame) if frame.kind != Kind::Fields => Token::Text,
                    Some(_) if self.text[start..self.at].trim_matches('"') == OR => Token::Operator,
                    Some(_) => Token::Field,
                    None => Token::Text,
                }
            }
            c if plain(c) => {
                let rest = &self.text[start..];
                self.at += rest.find(|c| !plain(c)).unwrap_or(rest.len());
                if c == '-' || c.is_ascii_digit() { Token::Number } else { Token::Word }
            }
            c => {
                self.at += c.len_utf8();
                Token::Mark
            }
        };
        let before = self.frames.clone();
        take(&mut self.frames, token, &self.text[start..self.at]);
        Some((start..self.at, token, before))
    }
}

#[cfg(test)]
mod tests {
    use super::{Token, Wants, place, tokens};

    fn kinds(text: &str) -> Vec<(&str, Token)> {
        tokens(text).into_iter().map(|(span, token)| (&text[span], token)).collect()
    }

    #[test]
    fn fields_operators_and_values_are_told_apart() {
        let text = r#"{"a": {"prefix": ["x", 1, null]}, "$or": [{"b": [{"prefix": "y"}]}]}"#;
        let named: Vec<_> = kinds(text).into_iter().filter(|(_, token)| *token != Token::Mark).collect();
        assert_eq!(
            named,
            [
                ("\"a\"", Token::Field),
                ("\"prefix\"", Token::Field),
                ("\"x\"", Token::Text),
                ("1", Token::Number),
                ("null", Token::Word),
                ("\"$or\"", Token::Operator),
                ("\"b\"", Token::Field),
                ("\"prefix\"", Token::Operator),
                ("\"y\"", Token::Text),
            ]
        );
        let nested = kinds(r#"{"a": [{"anything-but": {"prefix": ["x"]}}]}"#);
        assert!(nested.contains(&("\"prefix\"", Token::Operator)));
    }

    #[test]
    fn unfinished_text_is_read_as_far_as_it_goes() {
        assert_eq!(
            kinds("{\"a\n [1"),
            [("{", Token::Mark), ("\"a", Token::Field), ("[", Token::Mark), ("1", Token::Number)]
        );
        assert_eq!(tokens("\\ \" é"), [(0..1, Token::Mark), (2..6, Token::Text)]);
        assert_eq!(tokens("]}:,").len(), 4);
    }

    /// What is wanted where `^` stands, at which keys, and what was typed.
    fn at(text: &str) -> (Wants, String, String) {
        let place = place(&text.replacen('^', "", 1), text.find('^').unwrap());
        (place.wants, place.keys.join("."), place.typed)
    }

    #[test]
    fn a_place_knows_what_belongs_there() {
        let is = |wants, keys: &str, typed: &str| (wants, keys.to_owned(), typed.to_owned());
        assert_eq!(at("{^}"), is(Wants::Field, "", ""));
        assert_eq!(at("{\"ty^\"}"), is(Wants::Field, "", "ty"));
        assert_eq!(at("{\"data\": {\"ful^"), is(Wants::Field, "data", "ful"));
        assert_eq!(at("{\"data\": {\"a\": [1], ^}}"), is(Wants::Field, "data", ""));
        assert_eq!(at("{\"data\": ^}"), is(Wants::Value, "data", ""));
        assert_eq!(at("{\"data\": {\"a\": [^]}}"), is(Wants::Condition, "data.a", ""));
        assert_eq!(at("{\"data\": {\"a\": [1, \"g^\"]}}"), is(Wants::Condition, "data.a", "g"));
        assert_eq!(at("{\"a\": [{\"pre^\"}]}"), is(Wants::Operator, "a", "pre"));
        assert_eq!(at("{\"a\": [{\"prefix\": ^}]}").0, Wants::Nothing);
        assert_eq!(at("{\"$or\": [{\"b\": [^]}]}"), is(Wants::Condition, "b", ""));
        assert_eq!(at("{\"$or\": [^]}").0, Wants::Nothing);
        assert_eq!(at("{\"$or\": [{\"x\": [1]}, {^}]}"), is(Wants::Field, "", ""));
        assert_eq!(at("{\"a\": [1]^}").0, Wants::Nothing);
        assert_eq!(at("{\"a\"^}").0, Wants::Nothing);
        assert_eq!(at("^").0, Wants::Nothing);
    }

    proptest::proptest! {
        #[test]
        fn any_text_at_any_place(text in "([\\[\\]{}:,\" a]|\"[a$or]{0,3}\"|é|\\\\|\n|1){0,24}", share in 0.0..1.0_f64) {
            let mut last = 0;
            for (span, _) in tokens(&text) {
                proptest::prop_assert!(span.start >= last && span.end > span.start && text.get(span.clone()).is_some());
                proptest::prop_assert!(text[last..span.start].trim().is_empty());
                last = span.end;
            }
            let at = (0..=text.len()).filter(|&at| text.is_char_boundary(at)).nth((share * text.chars().count() as f64) as usize);
            if let Some(at) = at {
                let place = place(&text, at);
                proptest::prop_assert!(text.get(place.replaces).is_some());
            }
        }
    }
}
