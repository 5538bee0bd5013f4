//! Opening logs: count by type beside DuckDB, jq and Python's json on one and the same generated file; then index,
//! memory, seek and histogram at any size. Peers that are not installed are left out.
//!
//! Ratios are of processor time, which a busy machine stretches less than the clock on the wall.
//!
//! `cargo bench --no-default-features --bench logs [-- EVENTS [--no-peers | --write FILE]]`; 1,000,000 events unless said.
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
use isobar::replay::player::{Filter, Player};
use isobar::replay::search::Search;
use isobar::replay::tally::Tally;
use isobar::replay::time;
use isobar::replay::tracks::Tracks;

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

/// Processor seconds this process has used, all threads together, to a hundredth; the wall's where that is unknown.
fn processor_secs(start: Instant) -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|field| field.parse().ok())
        .collect();
    // Without the state, which is a letter: ten fields in come the user's and the system's hundredths.
    match (fields.get(10), fields.get(11)) {
        (Some(user), Some(system)) => (user + system) / 100.0,
        _ => start.elapsed().as_secs_f64(),
    }
}

/// Opens the log on so many threads; the log, and the best seconds of `runs` by the wall and by the processor.
fn index(path: &Path, threads: usize, runs: usize) -> (Log, f64, f64) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let (mut best, mut least) = (f64::INFINITY, f64::INFINITY);
    let mut last = None;
    for _ in 0..runs {
        drop(last.take());
        let start = Instant::now();
        let before = processor_secs(start);
        let file = LogFile::open(path).expect("the generated log");
        let loading = Loading::new(file.shared(), Mapping::default());
        last = Some(pool.install(|| loading.run()).expect("the generated log"));
        best = best.min(start.elapsed().as_secs_f64());
        least = least.min(processor_secs(start) - before);
    }
    (last.expect("at least one run"), best, least)
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
                println!("  {name} {what:<28} {seconds:7.3} s   {:6.1} x ours", seconds / ours.max(0.01));
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
        t=time.process_time(); duckdb.sql(\"select type,count(*) c from read_json('%s',format='newline_delimited',columns={type:'VARCHAR'}) group by 1 order by 2 desc\"%sys.argv[1]).fetchall(); best=min(best,time.process_time()-t)
    print('read_json, %d thread(s): %.4f'%(th,best))
";

const PYTHON_JSON: &str = "
import json,sys,time,collections
t=time.process_time(); c=collections.Counter(json.loads(l)['type'] for l in open(sys.argv[1],'rb')); print('json.loads: %.4f'%(time.process_time()-t))
";

const JQ: &str = "
import resource,shutil,subprocess,sys
if not shutil.which('jq'): sys.exit(1)
subprocess.run(['sh','-c','jq -r .type \"$1\" | sort | uniq -c >/dev/null','sh',sys.argv[1]],check=True)
u=resource.getrusage(resource.RUSAGE_CHILDREN); print('-r .type, sort, uniq -c: %.4f'%(u.ru_utime+u.ru_stime))
";

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let n_events: u64 = args.iter().find_map(|a| a.parse().ok()).unwrap_or(1_000_000);
    if let Some(at) = args.iter().position(|a| a == "--write") {
        // A log to open in the app.
        let path = args.get(at + 1).expect("--write names a file");
        return generate(Path::new(path), n_events).expect("room for the generated log");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("ce.jsonl");
    generate(&path, n_events).expect("room for the generated log");
    let megabytes = std::fs::metadata(&path).map_or(0, |m| m.len()) as f64 / 1e6;
    println!("{n_events} CloudEvents, {megabytes:.0} MB, warm, best of 3");

    let (_, one, work) = index(&path, 1, 3);
    println!(
        "  isobar index + count by type, 1 thread   {one:7.3} s   {:6.0} MB/s   {work:5.2} s of processor",
        megabytes / one
    );
    let (log, two, both) = index(&path, 2, 3);
    println!(
        "  isobar index + count by type, 2 threads  {two:7.3} s   {:6.0} MB/s   {both:5.2} s of processor",
        megabytes / two
    );
    let counted: u64 = log.types().iter().map(|t| t.n_events).sum();
    assert_eq!((counted, log.n_bad_lines()), (n_events, 0));
    println!("  first snapshot with events               {:7.3} s", first_data(&path));
    println!("  index {:.2} bytes an event", log.index_bytes() as f64 / n_events as f64);
    queries(&log);
    frames(&log);

    if !args.iter().any(|a| a == "--no-peers") {
        let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let file = path.to_string_lossy();
        println!("peers, processor time against one thread of ours:");
        peer("duckdb", &python, &["-c", DUCKDB, &file], work);
        peer("python", &python, &["-c", PYTHON_JSON, &file], work);
        peer("jq", &python, &["-c", JQ, &file], work);
    }
}

/// Frames in the densest play there is: a million log seconds a second, on the board found in the log itself.
fn frames(log: &Log) {
    let head: Vec<u8> =
        log.events(0..20_000).filter_map(|event| event.record()).collect::<Vec<_>>().join(&b'\n');
    let sample = isobar::replay::load::open(head, &Mapping::default()).expect("records of the log");
    let board = isobar::replay::discovery::discover(&sample).board;
    let topology = isobar::topology::derive(&board);
    let tracks = Tracks::new(&board, &topology, log);
    let causes = log.causes();
    let mut player = Player::new(log);
    player.set_speed(1e6);
    let (mut worst, mut most) = (0.0_f64, 0);
    for step in 0..100 {
        let range = player.range.clone();
        player.seek(range.start + (range.end - range.start) / 100 * step);
        let start = Instant::now();
        let frame = player.frame(log, &tracks, &causes, |_| true);
        worst = worst.max(start.elapsed().as_secs_f64());
        most = most.max(frame.dots.len());
        std::hint::black_box(frame);
    }
    println!(
        "  frame at speed 1,000,000, worst of 100   {:7.3} ms (at most {most} dots, the rest as flow)",
        worst * 1e3
    );
    let start = Instant::now();
    let heat = tracks.flow(log, 0..log.len());
    println!(
        "  heat of the whole log, {} links          {:7.3} ms",
        heat.len(),
        start.elapsed().as_secs_f64() * 1e3
    );
    let mut filter = Filter::default();
    filter.set_text("\"items\":7}");
    let start = Instant::now();
    let found = Search::new(log.clone(), filter).run().len();
    println!("  text search through all, {found} found    {:7.3} ms", start.elapsed().as_secs_f64() * 1e3);
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
    let classes: Vec<u8> = (0..log.types().len()).map(|number| number.min(8) as u8).collect();
    let mut tally = Tally::default();
    let start = Instant::now();
    tally.follow(log, &classes, 9);
    println!("  summed up once for the timeline          {:7.3} ms", start.elapsed().as_secs_f64() * 1e3);
    let mut worst = 0.0_f64;
    for step in 1..=100 {
        let half = (last - first) / 2 / step;
        let shown = first + (last - first) / 2 - half..first + (last - first) / 2 + half;
        let start = Instant::now();
        std::hint::black_box(tally.histogram(log, shown, 320));
        worst = worst.max(start.elapsed().as_secs_f64());
    }
    println!("  timeline after a zoom, worst of 100      {:7.3} ms", worst * 1e3);
    let start = Instant::now();
    let next = log.next_of_correlation(log.len() / 2);
    let chain = log.correlation_chain(log.len() / 2).len();
    println!(
        "  next of a correlation, its chain of {chain}    {:7.3} ms ({next:?})",
        start.elapsed().as_secs_f64() * 1e3
    );
}
