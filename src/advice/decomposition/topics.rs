//! What businesses call fields that are spoken of together: the word for a proposed event, where its fields suggest one.

/// A topic, and words (or their beginnings, from five letters) that belong to it. Earlier topics win ties.
const TOPICS: [(&str, &[&str]); 18] = [
    ("Listing", &["price", "published", "listing", "listed", "advert", "headline", "visible", "offer"]),
    ("Reservation", &["reserved", "reservation", "until", "status", "hold", "held", "expires"]),
    ("ServiceHistory", &["service", "servicing", "mot", "warranty", "maintenance", "inspection", "due"]),
    (
        "Location",
        &["site", "bay", "location", "parking", "warehouse", "depot", "shelf", "aisle", "zone", "kerb"],
    ),
    ("Valuation", &["trade", "guide", "valuation", "appraisal", "residual", "market", "retail"]),
    (
        "Specification",
        &[
            "body",
            "colour",
            "color",
            "fuel",
            "make",
            "model",
            "derivative",
            "doors",
            "seats",
            "engine",
            "transmission",
            "features",
            "size",
            "material",
            "dimensions",
            "spec",
        ],
    ),
    ("Media", &["media", "image", "images", "video", "videos", "thumbnail", "thumbnails", "photo", "photos"]),
    ("Condition", &["condition", "imperfections", "damage", "damages", "grade", "mileage", "wear", "defect"]),
    ("Price", &["price", "amount", "discount", "currency", "tax", "vat", "fee", "total", "cost", "margin"]),
    ("Payment", &["payment", "paid", "card", "iban", "invoice", "refund", "refunded", "billing", "charge"]),
    ("Delivery", &["delivery", "shipping", "shipment", "carrier", "courier", "tracking", "dispatch", "eta"]),
    ("Address", &["address", "street", "city", "postcode", "zip", "country", "county", "region", "state"]),
    ("Contact", &["email", "phone", "mobile", "contact", "salutation", "surname", "firstname", "lastname"]),
    ("Stock", &["stock", "quantity", "available", "availability", "inventory", "units", "reorder"]),
    ("Schedule", &["start", "end", "starts", "ends", "date", "time", "slot", "schedule", "deadline", "from"]),
    ("Identity", &["registration", "vin", "serial", "sku", "barcode", "isbn", "number", "keeper", "keepers"]),
    ("Rating", &["rating", "review", "reviews", "score", "stars", "feedback"]),
    ("Consent", &["consent", "marketing", "preference", "preferences", "newsletter", "opt", "privacy"]),
];

/// The topic most of these words speak of; none where it is fewer than half of the fields' worth.
pub(super) fn topic(fields: &[Vec<String>]) -> Option<&'static str> {
    let speaks = |word: &str, known: &str| word == known || known.len() > 4 && word.starts_with(known);
    let said = |known: &[&str], field: &Vec<String>| {
        field.iter().filter(|word| known.iter().any(|known| speaks(word, known))).count()
    };
    let mut best: Option<(usize, &'static str)> = None;
    for (name, known) in TOPICS {
        let about = fields.iter().filter(|field| said(known, field) > 0).count();
        let words: usize = fields.iter().map(|field| said(known, field)).sum();
        if 3 * about >= fields.len() && about > 0 && best.is_none_or(|(most, _)| words > most) {
            best = Some((words, name));
        }
    }
    best.map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::topic;

    #[test]
    fn fields_that_belong_together_have_a_word() {
        let of = |fields: &[&str]| {
            let fields: Vec<Vec<String>> =
                fields.iter().map(|field| field.split(' ').map(str::to_owned).collect()).collect();
            topic(&fields)
        };
        assert_eq!(of(&["price", "published"]), Some("Listing"));
        assert_eq!(of(&["status", "reserved until"]), Some("Reservation"));
        assert_eq!(of(&["vin", "model year", "trade guide price"]), Some("Valuation"));
        assert_eq!(of(&["street", "city", "zip code"]), Some("Address"));
        assert_eq!(of(&["discount", "tax rate"]), Some("Price"));
        assert_eq!(of(&["f 1", "f 2"]), None);
        assert_eq!(of(&[]), None);
    }
}
