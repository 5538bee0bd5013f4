//! The examples of the page on continuous integration are YAML a runner reads, and every `isobar` line in them is run,
//! in a repository with a branch to compare with, as the runner would run it.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// The YAML blocks of the page, in order.
fn examples() -> Vec<Value> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci.md");
    let page = std::fs::read_to_string(page).unwrap();
    let blocks = page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.map(|block| serde_saphyr::from_str(block).unwrap()).collect()
}

/// A repository as it is checked out for a pull request: a board, its contracts, and `origin/main`.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("boards")).unwrap();
    let board = isobar::samples::Sample::named("avatar-store/orchestration").unwrap();
    std::fs::write(folder.path().join("boards/shop.ron"), board.text).unwrap();
    shell(
        folder.path(),
        "isobar export boards/shop.ron --to asyncapi --out contracts
         git init -q -b main . && git add . && git commit -q -m board
         git remote add origin . && git fetch -q origin",
    );
    folder
}

fn shell(folder: &Path, script: &str) {
    let program = Path::new(env!("CARGO_BIN_EXE_isobar")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let run = Command::new("bash")
        .args(["-e", "-o", "pipefail", "-c", script])
        .current_dir(folder)
        .env("PATH", path)
        .env("GITHUB_STEP_SUMMARY", folder.join("summary.md"))
        .env("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main")
        .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null")])
        .envs([("GIT_AUTHOR_NAME", "A"), ("GIT_AUTHOR_EMAIL", "a@example.com")])
        .envs([("GIT_COMMITTER_NAME", "A"), ("GIT_COMMITTER_EMAIL", "a@example.com")])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stderr);
    let printed = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{script}\n{said}\n{printed}");
}

/// Runs the `isobar` lines of a job's scripts and says how many there were. Fewer runs than in earnest: the gate is
/// tried, not the board.
fn run_all<'a>(scripts: impl Iterator<Item = &'a str>) -> usize {
    let repository = repository();
    let ours = scripts.flat_map(str::lines).filter(|line| line.starts_with("isobar "));
    let ours: Vec<String> = ours
        .map(|line| line.replace("${{ github.base_ref }}", "main").replace("--runs 200", "--runs 10"))
        .collect();
    for line in &ours {
        shell(repository.path(), line);
    }
    ours.len()
}

#[test]
fn the_github_example_works() {
    let examples = examples();
    let steps = examples[0]["jobs"]["board"]["steps"].as_array().unwrap();
    assert!(steps.iter().all(|step| step["uses"].is_string() != step["run"].is_string()), "{steps:?}");
    assert_eq!(run_all(steps.iter().filter_map(|step| step["run"].as_str())), 5);
}

#[test]
fn the_gitlab_example_works() {
    let examples = examples();
    let job = &examples[1]["board"];
    assert!(job["before_script"].is_array() && job["artifacts"]["paths"].is_array());
    let lines = job["script"].as_array().unwrap();
    assert_eq!(run_all(lines.iter().filter_map(Value::as_str)), lines.len());
}

/// Findings fail the job only where the example says so, and then they do.
#[test]
fn a_board_with_an_error_stops_the_job() {
    let folder = tempfile::tempdir().unwrap();
    let board = isobar::samples::Sample::named("avatar-store/synchronous").unwrap();
    std::fs::write(folder.path().join("shop.ron"), board.text).unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_isobar"))
        .args(["advise", "shop.ron", "--deny", "warning"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(1));
}
