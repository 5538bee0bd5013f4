//! Opening logs: count by type beside DuckDB, jq and Python's json on one and the same generated file; then index,
//! memory, seek and histogram at any size. Peers that are not installed are left out.
//!
//! `cargo bench --no-default-features --bench logs [-- EVENTS [--no-peers]]`; 1,000,000 events unless said.
//! `PYTHON` names the interpreter that has `duckdb`.

use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use isobar::io::logs::LogFile;
use isobar::replay::index::Log;
use isobar::replay::load::Loading;
use isobar::replay::mapping::Mapping;
use isobar::replay::time;

/// SplitMix64: the same file on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// CloudEvents of some 350 bytes in 68 types whose shares fall like 1/n, six events a subject.
fn generate(path: &Path, n_events: u64) -> std::io::Result<()> {
    let head =
        ["order.placed", "order.cancelled", "payment.captured", "payment.failed", "shipment.dispatched"];
    let tail = ["stock.reserved", "stock.depleted", "customer.registered"];
    let mut types: Vec<String> = head.iter().chain(&tail).map(|t| format!("com.shop.{t}")).collect();
    types.extend((0..60).map(|i| format!("com.shop.ctx{:02}.event{i:02}", i / 6)));
    let mut sums = Vec::new();
    let total = (1..=types.len()).fold(0.0, |sum, i| {
        sums.push(sum + 1.0 / i as f64);
        sum + 1.0 / i as f64
    });
    let mut random = Random(3);
    let mut millis = 1_767_225_600_000_i64;
    let mut out = BufWriter::with_capacity(1 << 20, std::fs::File::create(path)?);
    let mut line = String::new();
    for i in 0..n_events {
        let draw = random.unit() * total;
        let name = &types[sums.partition_point(|s| *s < draw).min(types.len() - 1)];
        millis += (random.next() % 40) as i64;
        let stamp = time::format(millis / 1000 * 1_000_000_000);
        let context = name.split('.').nth(2).unwrap_or_default();
        let (a, b, c) = (random.next(), random.next(), random.next());
        line.clear();
        let _ = writeln!(
            line,
            r#"{{"specversion":"1.0","id":"{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}","source":"/svc/{context}","type":"{name}","time":"{}.{:03}Z","datacontenttype":"application/json","subject":"order-{}","traceparent":"00-{a:016x}{b:016x}-{c:016x}-01","data":{{"orderId":{},"amount":{:.2},"currency":"EUR","items":{}}}}}"#,
            a as u32,
            b as u16,
            a >> 52,
            b >> 52,
            c >> 16,
            stamp.trim_end_matches('Z'),
            millis % 1000,
            i / 6,
            i / 6,
            random.unit() * 500.0,
            random.next() % 8 + 1
        );
        out.write_all(line.as_bytes())?;
    }
    out.flush()
}

/// Opens the log on so many threads; the log and the best seconds of `runs`.
fn index(path: &Path, threads: usize, runs: usize) -> (Log, f64) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let mut best = f64::INFINITY;
    let mut last = None;
    for _ in 0..runs {
        drop(last.take());
        let start = Instant::now();
        let file = LogFile::open(path).expect("the generated log");
        let loading = Loading::new(file.shared(), Mapping::default());
        last = Some(pool.install(|| loading.run()).expect("the generated log"));
        best = best.min(start.elapsed().as_secs_f64());
    }
    (last.expect("at least one run"), best)
}

/// Seconds until the first snapshot with events in it.
fn first_data(path: &Path) -> f64 {
    let start = Instant::now();
    let file = LogFile::open(path).expect("the generated log");
    let loading = Arc::new(Loading::new(file.shared(), Mapping::default()));
    let reader = loading.clone();
    let worker = std::thread::spawn(move || reader.run());
    while loading.progress().n_events == 0 && !loading.progress().finished {
        std::thread::yield_now();
    }
    let ready = loading.snapshot();
    let seconds = start.elapsed().as_secs_f64();
    assert!(!ready.is_empty());
    loading.cancel();
    let _ = worker.join();
    seconds
}

fn peer(name: &str, program: &str, args: &[&str], ours: f64) {
    match Command::new(program).args(args).output() {
        Ok(output) if output.status.success() => {
            let text = String::from_utf8_lossy(&output.stdout);
            for line in text.lines() {
                let Some((what, seconds)) = line.rsplit_once(' ') else { continue };
                let Ok(seconds) = seconds.parse::<f64>() else { continue };
                println!("  {name} {what:<28} {seconds:7.3} s   {:6.1} x ours", seconds / ours);
            }
        }
        _ => println!("  {name}: not installed, left out"),
    }
}

const DUCKDB: &str = "
import duckdb,sys,time
for th in (1,2):
    duckdb.sql('SET threads=%d'%th)
    best=1e9
    for _ in range(3):
        t=time.time(); duckdb.sql(\"select type,count(*) c from read_json('%s',format='newline_delimited',columns={type:'VARCHAR'}) group by 1 order by 2 desc\"%sys.argv[1]).fetchall(); best=min(best,time.time()-t)
    print('read_json, %d thread(s): %.4f'%(th,best))
";

const PYTHON_JSON: &str = "
import json,sys,time,collections
t=time.time(); c=collections.Counter(json.loads(l)['type'] for l in open(sys.argv[1],'rb')); print('json.loads: %.4f'%(time.time()-t))
";

const JQ: &str = "s=$(date +%s.%N); jq -r .type \"$1\" | sort | uniq -c >/dev/null || exit 1; e=$(date +%s.%N); \
                  command -v jq >/dev/null && echo \"-r .type, sort, uniq -c: $(echo \"$e $s\" | awk '{printf \"%.4f\", $1-$2}')\"";

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let n_events: u64 = args.iter().find_map(|a| a.parse().ok()).unwrap_or(1_000_000);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("ce.jsonl");
    generate(&path, n_events).expect("room for the generated log");
    let megabytes = std::fs::metadata(&path).map_or(0, |m| m.len()) as f64 / 1e6;
    println!("{n_events} CloudEvents, {megabytes:.0} MB, warm, best of 3");

    let (_, one) = index(&path, 1, 3);
    println!("  isobar index + count by type, 1 thread   {one:7.3} s   {:6.0} MB/s", megabytes / one);
    let (log, two) = index(&path, 2, 3);
    println!("  isobar index + count by type, 2 threads  {two:7.3} s   {:6.0} MB/s", megabytes / two);
    let counted: u64 = log.types().iter().map(|t| t.n_events).sum();
    assert_eq!((counted, log.n_bad_lines()), (n_events, 0));
    println!("  first snapshot with events               {:7.3} s", first_data(&path));
    println!("  index {:.2} bytes an event", log.index_bytes() as f64 / n_events as f64);
    queries(&log);

    if !args.iter().any(|a| a == "--no-peers") {
        let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let file = path.to_string_lossy();
        println!("peers, against one thread of ours:");
        peer("duckdb", &python, &["-c", DUCKDB, &file], one);
        peer("python", &python, &["-c", PYTHON_JSON, &file], one);
        peer("jq", "sh", &["-c", JQ, "jq", &file], one);
    }
}

fn queries(log: &Log) {
    let (first, last) = log.span().expect("events");
    let mut random = Random(7);
    let mut worst = 0.0_f64;
    for _ in 0..1000 {
        let moment = first + (random.unit() * (last - first) as f64) as i64;
        let start = Instant::now();
        let row = log.row_at(moment).min(log.len() - 1);
        let event = log.event(row).expect("in the log");
        std::hint::black_box((event.time(), event.detail()));
        worst = worst.max(start.elapsed().as_secs_f64());
    }
    println!("  seek and read one event, worst of 1,000  {:7.3} ms", worst * 1e3);
    let start = Instant::now();
    let histogram = log.histogram(first..last + 1, 400);
    println!("  histogram of all, 400 buckets by type    {:7.3} ms", start.elapsed().as_secs_f64() * 1e3);
    let total: u64 = (0..400).map(|b| histogram.total(b)).sum();
    assert_eq!(total, log.len() as u64);
    let start = Instant::now();
    let next = log.next_of_correlation(log.len() / 2);
    let chain = log.correlation_chain(log.len() / 2).len();
    println!(
        "  next of a correlation, its chain of {chain}    {:7.3} ms ({next:?})",
        start.elapsed().as_secs_f64() * 1e3
    );
}
