//! Events like San Francisco's city lots and families of rules on them.

use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};

/// Events and the families of rules to match them with.
pub(crate) struct Lots {
    /// JSON texts.
    pub(crate) events: Vec<Vec<u8>>,
    /// Names and rules.
    pub(crate) families: Vec<(String, Vec<String>)>,
}

/// What the names of families read from a folder begin with.
pub(crate) const FROM_FILE: &str = "FILE_";

/// From `ISOBAR_LOTS`, or generated.
pub(crate) fn load() -> Lots {
    let count = std::env::var("ISOBAR_LOTS_EVENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let mut random = Random(7);
    let (events, mut families) = match std::env::var_os("ISOBAR_LOTS") {
        Some(folder) => read(Path::new(&folder), count),
        None => ((0..count).map(|_| event(&mut random)).collect(), small_families()),
    };
    for rules in [100, 1_000, 10_000] {
        families.extend(large_families(rules, &mut random));
    }
    Lots { events, families }
}

fn read(folder: &Path, count: usize) -> (Vec<Vec<u8>>, Vec<(String, Vec<String>)>) {
    let events = std::fs::read(folder.join("cl2.jsonl")).expect("cl2.jsonl in the folder");
    let events = events.split(|&b| b == b'\n').filter(|line| !line.is_empty()).take(count);
    let rules = std::fs::read(folder.join("cl2_rules.json")).expect("cl2_rules.json in the folder");
    let rules: serde_json::Map<String, Value> = serde_json::from_slice(&rules).expect("an object of lists");
    let texts = |list: &Value| {
        list.as_array().into_iter().flatten().filter_map(|rule| rule.as_str().map(str::to_owned)).collect()
    };
    (
        events.map(<[u8]>::to_vec).collect(),
        rules.iter().map(|(name, list)| (format!("{FROM_FILE}{name}"), texts(list))).collect(),
    )
}

/// A linear congruential generator: the same events in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn unit(&mut self) -> f64 {
        let bits = self.next() << 22 | self.next() >> 9;
        bits as f64 / (1_u64 << 53) as f64
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len() as u64) as usize]
    }
}

const STREETS: [&str; 25] = [
    "ACACIA",
    "BLAKE",
    "DRUMM",
    "FULTON",
    "MASON",
    "RHODE ISLAND",
    "JEFFERSON",
    "BEACH",
    "HYDE",
    "CHESTNUT",
    "KEITH",
    "MISSION",
    "LARKIN",
    "UNION",
    "GREENWICH",
    "CLAY",
    "PINE",
    "FLORIDA",
    "SANTIAGO",
    "BROWNING",
    "VALLEJO",
    "POLK",
    "IRVING",
    "JUDAH",
    "TARAVAL",
];
const TYPES: [&str; 10] = ["ST", "ST", "ST", "AVE", "AVE", "BLVD", "DR", "WAY", "CT", "TER"];

fn event(random: &mut Random) -> Vec<u8> {
    let (block, lot) = (1 + random.below(8_999), 1 + random.below(299));
    let corners = 4 + random.below(10);
    let (west, south) = (-122.5 + random.unit() * 0.13, 37.7 + random.unit() * 0.11);
    let mut points = String::new();
    let mut first = String::new();
    for _ in 0..corners {
        let (x, y) = (west + random.unit() * 1e-3, south + random.unit() * 1e-3);
        let point = format!("{{\"x\":{x},\"y\":{y},\"z\":0}}");
        if points.is_empty() {
            first.clone_from(&point);
        } else {
            points.push(',');
        }
        points.push_str(&point);
    }
    let shape = if random.unit() < 0.0006 { "MultiPolygon" } else { "Polygon" };
    let number = 1 + random.below(2_999);
    let street = match random.below(425) as usize {
        known @ 0..25 => STREETS[known].to_owned(),
        other => format!("STREET{:03}", other - 25),
    };
    let (kind, side) = (random.pick(&TYPES), random.pick(&["O", "E"]));
    let mut text = String::new();
    let _ = write!(
        text,
        "{{\"type\":\"Feature\",\"properties\":{{\"MAPBLKLOT\":\"{block:04}{lot:03}\",\
         \"BLKLOT\":\"{block:04}{lot:03}\",\"BLOCK_NUM\":\"{block:04}\",\"LOT_NUM\":\"{lot:03}\",\
         \"FROM_ST\":\"{number}\",\"TO_ST\":\"{number}\",\"STREET\":\"{street}\",\"ST_TYPE\":\"{kind}\",\
         \"ODD_EVEN\":\"{side}\"}},\"geometry\":{{\"type\":\"{shape}\",\"firstCoordinates\":{first},\
         \"coordinates\":[[{points}]]}}}}"
    );
    text.into_bytes()
}

fn property(field: &str, conditions: Value) -> String {
    json!({"properties": {field: conditions}}).to_string()
}

fn geometry(shape: Option<&str>, field: &str, axis: &str, numeric: Value) -> String {
    let mut inner = serde_json::Map::new();
    if let Some(shape) = shape {
        inner.insert("type".to_owned(), json!([shape]));
    }
    inner.insert(field.to_owned(), json!({axis: [{"numeric": numeric}]}));
    json!({"geometry": inner}).to_string()
}

/// Five rules of each kind of condition.
fn small_families() -> Vec<(String, Vec<String>)> {
    let streets = |operator: &str, values: &[&str]| -> Vec<String> {
        values.iter().map(|v| property("STREET", json!([{operator: v}]))).collect()
    };
    let lots = ["1430022", "2607117", "2607218", "3745012", "VACSTWIL"];
    let globs = ["143*", "2*0*1*7", "*218", "3*5*2", "VA*IL"];
    let mut ignore_case = streets("equals-ignore-case", &["jefferson", "bEaCh", "HyDe", "CHESTNUT"]);
    ignore_case.push(property("ST_TYPE", json!([{"equals-ignore-case": "st"}])));
    let mut anything_but = streets("anything-but", &["FULTON", "MASON"]);
    anything_but.push(property("ST_TYPE", json!([{"anything-but": ["ST"]}])));
    anything_but.push(json!({"geometry": {"type": [{"anything-but": ["Polygon"]}]}}).to_string());
    anything_but.push(property("FROM_ST", json!([{"anything-but": ["441"]}])));
    let numbers = |field: &str, second: (&str, f64)| {
        vec![
            geometry(Some("Polygon"), field, "x", json!(["=", -122.429_163_609_223_55])),
            geometry(Some("MultiPolygon"), field, second.0, json!(["=", second.1])),
            geometry(None, field, "x", json!(["<", -122.416])),
            geometry(None, field, "x", json!([">", -122.416])),
            geometry(None, field, "x", json!([">", -122.4647, "<", -122.4063])),
        ]
    };
    [
        ("EXACT", lots.iter().map(|v| property("MAPBLKLOT", json!([v]))).collect()),
        ("PREFIX", streets("prefix", &["AC", "BL", "DR", "FU", "RH"])),
        ("SUFFIX", streets("suffix", &["ON", "KE", "MM", "ING", "GO"])),
        ("EQUALS_IGNORE_CASE", ignore_case),
        ("WILDCARD", globs.iter().map(|v| property("MAPBLKLOT", json!([{"wildcard": v}]))).collect()),
        ("ANYTHING_BUT", anything_but),
        ("NUMERIC", numbers("firstCoordinates", ("z", 0.0))),
        ("COMPLEX_ARRAYS", numbers("coordinates", ("y", 37.729_900_216_217_324))),
    ]
    .map(|(name, rules): (&str, Vec<String>)| (name.to_owned(), rules))
    .into()
}

/// The same kinds with many rules.
fn large_families(rules: usize, random: &mut Random) -> Vec<(String, Vec<String>)> {
    let mut make = |name: &str, rule: &mut dyn FnMut(&mut Random, usize) -> String| {
        (name.to_owned(), (0..rules).map(|i| rule(random, i)).collect())
    };
    vec![
        make("EXACT", &mut |r, _| property("MAPBLKLOT", json!([format!("{:07}", r.below(10_000_000))]))),
        make("PREFIX", &mut |r, _| {
            property("MAPBLKLOT", json!([{"prefix": format!("{:05}", r.below(100_000))}]))
        }),
        make("SUFFIX", &mut |r, _| {
            property("MAPBLKLOT", json!([{"suffix": format!("{:05}", r.below(100_000))}]))
        }),
        make("WILDCARD", &mut |r, _| {
            property("MAPBLKLOT", json!([{"wildcard": format!("{:04}*{}", r.below(10_000), r.below(10))}]))
        }),
        make("EQUALS_IGNORE_CASE", &mut |r, _| {
            property("STREET", json!([{"equals-ignore-case": format!("sTrEeT{:03}", r.below(40_000))}]))
        }),
        // Alone every one of them would match; what they come with is what tells them apart.
        make("ANYTHING_BUT", &mut |r, _| {
            let (block, street) = (r.below(9_000), r.below(400));
            json!({"properties": {
                "BLOCK_NUM": [format!("{block:04}")],
                "STREET": [{"anything-but": [format!("STREET{street:03}")]}],
            }})
            .to_string()
        }),
        make("COMPLEX_ARRAYS", &mut |r, _| {
            let low = -122.5 + r.unit() * 0.13;
            geometry(None, "coordinates", "x", json!([">", low, "<", low + 1e-6]))
        }),
        make("NUMERIC", &mut |r, _| {
            let low = -122.5 + r.unit() * 0.13;
            geometry(None, "firstCoordinates", "x", json!([">", low, "<", low + 1e-5]))
        }),
        make("MIXED", &mut |r, i| {
            let street = if i % 2 == 1 {
                json!([{"prefix": format!("STREET{:02}", r.below(40))}])
            } else {
                json!([format!("STREET{:03}", r.below(400))])
            };
            let kind = r.pick(&["ST", "AVE", "WAY"]);
            json!({"properties": {"STREET": street, "ST_TYPE": [kind]}}).to_string()
        }),
    ]
}
