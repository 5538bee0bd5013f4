//! Tenses: whether a name reads as a fact or as an order, and a name put into the past.

use super::notation::words;

/// Past participles that do not end in "ed", of verbs that events are made of.
const IRREGULAR: [(&str, &str); 48] = [
    ("send", "sent"),
    ("pay", "paid"),
    ("make", "made"),
    ("build", "built"),
    ("buy", "bought"),
    ("sell", "sold"),
    ("take", "taken"),
    ("give", "given"),
    ("lose", "lost"),
    ("find", "found"),
    ("begin", "begun"),
    ("leave", "left"),
    ("meet", "met"),
    ("put", "put"),
    ("set", "set"),
    ("read", "read"),
    ("write", "written"),
    ("do", "done"),
    ("go", "gone"),
    ("get", "got"),
    ("win", "won"),
    ("hold", "held"),
    ("keep", "kept"),
    ("break", "broken"),
    ("choose", "chosen"),
    ("draw", "drawn"),
    ("drive", "driven"),
    ("fall", "fallen"),
    ("freeze", "frozen"),
    ("hide", "hidden"),
    ("know", "known"),
    ("rise", "risen"),
    ("run", "run"),
    ("see", "seen"),
    ("shut", "shut"),
    ("spend", "spent"),
    ("split", "split"),
    ("steal", "stolen"),
    ("tell", "told"),
    ("think", "thought"),
    ("throw", "thrown"),
    ("withdraw", "withdrawn"),
    ("come", "come"),
    ("become", "become"),
    ("cut", "cut"),
    ("bring", "brought"),
    ("catch", "caught"),
    ("ship", "shipped"),
];

/// Verbs that open orders.
const VERBS: [&str; 60] = [
    "accept",
    "activate",
    "add",
    "allocate",
    "approve",
    "assign",
    "authorize",
    "book",
    "cancel",
    "capture",
    "charge",
    "check",
    "claim",
    "close",
    "complete",
    "confirm",
    "create",
    "credit",
    "debit",
    "decline",
    "deduct",
    "delete",
    "deliver",
    "dispatch",
    "enable",
    "finish",
    "fulfil",
    "fund",
    "import",
    "index",
    "issue",
    "list",
    "notify",
    "open",
    "pack",
    "pick",
    "place",
    "prepare",
    "process",
    "publish",
    "receive",
    "refund",
    "refuse",
    "register",
    "reject",
    "release",
    "remove",
    "request",
    "reserve",
    "return",
    "save",
    "schedule",
    "select",
    "start",
    "stop",
    "submit",
    "sync",
    "update",
    "validate",
    "verify",
];

/// True when some word reads as a past participle.
#[must_use]
pub fn is_past(spoken: &str) -> bool {
    let spoken = spoken.to_lowercase();
    let mut read = spoken.split([' ', '.', '-', '_']).filter(|word| !word.is_empty());
    // "need", "feed", "speed" are no participles.
    let regular = |word: &str| word.len() > 3 && word.ends_with("ed") && !word.ends_with("eed");
    read.any(|word| {
        regular(word)
            || word == "agreed"
            || word == "succeeded"
            || word == "exceeded"
            || IRREGULAR.iter().any(|(base, past)| *past == word && (base != past || spoken.ends_with(word)))
    })
}

/// True when the name opens with a verb in its base form and says something after it: an order.
#[must_use]
pub fn is_order(spoken: &str) -> bool {
    let spoken = spoken.to_lowercase();
    // `OrderManager.MakeOrder`: what comes before the last dot says who speaks.
    let said = spoken.rsplit('.').next().unwrap_or_default();
    let mut read = said.split(' ');
    let first = read.next().unwrap_or_default();
    let verb = VERBS.contains(&first) || IRREGULAR.iter().any(|(base, past)| *base == first && base != past);
    verb && read.next().is_some() && !is_past(said)
}

/// The name with its last word in the past tense, when that word is a verb we know.
#[must_use]
pub fn in_past(name: &str) -> Option<String> {
    let spoken = words(name);
    let last = spoken.split(' ').next_back()?.to_lowercase();
    let past = match IRREGULAR.iter().find(|(base, _)| *base == last) {
        Some((_, past)) => (*past).to_owned(),
        None if !VERBS.contains(&last.as_str()) => return None,
        None if last.ends_with('e') => format!("{last}d"),
        None if last.ends_with("fy") || last.ends_with("ly") => format!("{}ied", &last[..last.len() - 1]),
        None if ["stop", "submit"].contains(&last.as_str()) => {
            format!("{last}{}ed", last.chars().next_back().unwrap_or_default())
        }
        None => format!("{last}ed"),
    };
    let stem = name.get(..name.len().checked_sub(last.len())?)?;
    let capital = name[stem.len()..].chars().next()?.is_uppercase();
    let mut letters = past.chars();
    let first = letters.next()?;
    let first = if capital { first.to_ascii_uppercase() } else { first };
    Some(format!("{stem}{first}{}", letters.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_in_the_past() {
        for name in [
            "CheckoutCreated",
            "EmailSent",
            "charge.succeeded",
            "listingUpdated",
            "PurchaseInvoiceReceived",
            "VehicleSold",
            "Lot selected",
            "order-placed",
            "RunOutOfStockNoticed",
            "StockRunOut",
            "PriceSet",
        ] {
            assert_eq!(is_past(&words(name)), name != "StockRunOut", "{name}");
        }
        for name in ["CheckoutCreate", "Payment", "NeedFeed", "StockLevel"] {
            assert!(!is_past(&words(name)), "{name}");
        }
    }

    #[test]
    fn the_cure_is_the_past_tense() {
        for (name, past) in [
            ("CheckoutCreate", Some("CheckoutCreated")),
            ("EmailSend", Some("EmailSent")),
            ("order-place", Some("order-placed")),
            ("AddressVerify", Some("AddressVerified")),
            ("FormSubmit", Some("FormSubmitted")),
            ("Payment", None),
            ("", None),
        ] {
            assert_eq!(in_past(name).as_deref(), past, "{name}");
        }
    }
}
