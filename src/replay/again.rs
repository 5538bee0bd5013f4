//! What a record says of having been there before: attempts, deliveries, replays.

use super::event::Text;

/// In what way a message is not the first of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// The same message once more: the same id and the same payload, or work done twice for one message.
    Duplicate,
    /// Another message under an id that is taken.
    ReusedId,
    /// Its sender tries again, under an id of its own.
    Retry,
    /// The broker delivers it again.
    Redelivery,
    /// It comes out of an archive.
    Replay,
}

/// A message that is not the first of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Again {
    /// In what way.
    pub how: How,
    /// The so-many-th time, counted from one; zero where nobody counted.
    pub attempt: u16,
}

impl Again {
    /// It in a word or three: "retry 2", "redelivered, 3rd time".
    pub fn words(self) -> String {
        match (self.how, self.attempt) {
            (How::Duplicate, 0..=2) => "duplicate".to_owned(),
            (How::Duplicate, n) => format!("duplicate, {}", time(n)),
            (How::ReusedId, _) => "id reused".to_owned(),
            (How::Retry, 0) => "retry".to_owned(),
            (How::Retry, n) => format!("retry {n}"),
            (How::Redelivery, 0) => "redelivered".to_owned(),
            (How::Redelivery, n) => format!("redelivered, {}", time(n)),
            (How::Replay, _) => "replayed".to_owned(),
        }
    }

    /// It in a sentence, for who does not know the word.
    pub fn sentence(self) -> &'static str {
        match self.how {
            How::Duplicate => "The same message is in the log before: its consumers must be idempotent",
            How::ReusedId => "An earlier message of this source has the same id and says something else",
            How::Retry => "Its sender says that this is not the first attempt",
            How::Redelivery => "The broker says that it delivered this message before",
            How::Replay => "It was sent out of an archive",
        }
    }

    /// What a field of a record says of it, by the names that brokers, clients and teams use; nothing when the field
    /// is another one, or says that this is the first time.
    pub fn of_field(name: &[u8], value: Text<'_>) -> Option<Self> {
        use Counted::{Attempts, Before, Flag};
        let last = name.rsplit(|b| matches!(b, b'.' | b':')).next().unwrap_or(name);
        let last = last.strip_prefix(b"x-").unwrap_or(last);
        let (_, how, counted) = FIELDS.iter().find(|(field, ..)| is_spelt(last, field))?;
        let value = value.bytes();
        let number = || std::str::from_utf8(value.trim_ascii()).ok()?.parse::<u32>().ok();
        let attempt = match counted {
            Attempts => number()?,
            Before => number()?.saturating_add(1),
            Flag if matches!(&*value, b"" | b"null" | b"false" | b"False" | b"0") => return None,
            Flag => return Some(Self { how: *how, attempt: 0 }),
        };
        (attempt > 1).then(|| Self { how: *how, attempt: u16::try_from(attempt).unwrap_or(u16::MAX) })
    }
}

/// What the number in a field counts.
#[derive(Clone, Copy, Debug)]
enum Counted {
    /// Attempts or deliveries, this one included.
    Attempts,
    /// Those before this one.
    Before,
    /// Nothing: the field says yes or no.
    Flag,
}

/// Names in small letters and digits; logs spell them with capitals, `_` and `-` as they like.
const FIELDS: [(&str, How, Counted); 18] = [
    ("attempt", How::Retry, Counted::Attempts),
    ("attempts", How::Retry, Counted::Attempts),
    ("attemptnumber", How::Retry, Counted::Attempts),
    ("isobarattempt", How::Retry, Counted::Attempts),
    ("retrycount", How::Retry, Counted::Before),
    ("resendcount", How::Retry, Counted::Before),
    ("deliveryattempt", How::Redelivery, Counted::Attempts),
    ("deliveryattempts", How::Redelivery, Counted::Attempts),
    ("deliverycount", How::Redelivery, Counted::Attempts),
    ("jmsxdeliverycount", How::Redelivery, Counted::Attempts),
    ("receivecount", How::Redelivery, Counted::Attempts),
    ("approximatereceivecount", How::Redelivery, Counted::Attempts),
    ("numdelivered", How::Redelivery, Counted::Attempts),
    ("delivered", How::Redelivery, Counted::Attempts),
    ("redelivered", How::Redelivery, Counted::Flag),
    ("jmsredelivered", How::Redelivery, Counted::Flag),
    ("replayname", How::Replay, Counted::Flag),
    ("isobarduplicate", How::Duplicate, Counted::Attempts),
];

/// Whether a name as logged is one of [`FIELDS`].
fn is_spelt(name: &[u8], field: &str) -> bool {
    let letters = name.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase);
    letters.eq(field.bytes())
}

/// "2nd time".
fn time(n: u16) -> String {
    let end = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{end} time")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_spelling_and_first_times_are_none() {
        let told = |name: &str, value: &str| {
            Again::of_field(name.as_bytes(), Text::plain(value.as_bytes())).map(Again::words)
        };
        let some = |words: &str| Some(words.to_owned());
        assert_eq!(told("Delivery_Attempt", "3"), some("redelivered, 3rd time"));
        assert_eq!(told("messaging.servicebus.message.delivery_count", "2"), some("redelivered, 2nd time"));
        assert_eq!(told("http.request.resend_count", "1"), some("retry 2"));
        assert_eq!(told("replay-name", "friday"), some("replayed"));
        assert_eq!((told("attempt", "1"), told("attempt", "many"), told("temper", "3")), (None, None, None));
        assert_eq!((told("redelivered", "false"), told("redelivered", "true")), (None, some("redelivered")));
        assert_eq!(told("attempt", "70000"), some("retry 65535"));
        assert_eq!(
            [1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111].map(time).concat(),
            "1st time2nd time3rd time4th time11th time12th time13th time21st time22nd time101st time111th time"
        );
    }
}
