//! What the documentation shows is what the program prints: every `isobar` line of a `console` block is run, and the
//! lines under it must stand in its output in their order. `…` in a shown line stands for anything.

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The pages, and the README.
fn pages() -> Vec<PathBuf> {
    fn walk(folder: &Path, out: &mut Vec<PathBuf>) {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                out.push(path);
            }
        }
    }
    let mut out =
        vec![root().join("README.md"), root().join("CONTRIBUTING.md"), root().join("ARCHITECTURE.md")];
    walk(&root().join("docs"), &mut out);
    out
}

/// A command line of a page, and what the page shows of its output.
struct Shown {
    line: usize,
    command: String,
    output: Vec<String>,
}

fn shown(text: &str) -> Vec<Shown> {
    let mut out: Vec<Shown> = Vec::new();
    let mut inside = false;
    for (at, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            out.push(Shown { line: at + 1, command: command.to_owned(), output: Vec::new() });
        } else if let Some(last) = out.last_mut().filter(|_| inside && !line.trim().is_empty()) {
            last.output.push(line.trim().to_owned());
        }
    }
    out
}

/// True when `line` has the parts of `wanted` between its `…`, in order.
fn stands_in(wanted: &str, line: &str) -> bool {
    let mut rest = line.trim();
    wanted.split('…').all(|part| {
        let found = rest.find(part.trim());
        if let Some(at) = found {
            rest = &rest[at + part.trim().len()..];
        }
        found.is_some()
    })
}

#[test]
fn commands_in_the_docs_print_what_the_docs_show() {
    let folder = tempfile::tempdir().unwrap();
    let samples = folder.path().join("sample-boards");
    for sample in isobar::samples::SAMPLES {
        let path = samples.join(format!("{}.ron", sample.name));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, sample.text).unwrap();
    }
    let mut wrong = Vec::new();
    let mut n_commands = 0;
    for page in pages() {
        for shown in shown(&std::fs::read_to_string(&page).unwrap()) {
            let Some(arguments) = shown.command.strip_prefix("isobar ") else { continue };
            n_commands += 1;
            let run = Command::new(env!("CARGO_BIN_EXE_isobar"))
                .args(arguments.split_whitespace())
                .current_dir(folder.path())
                .output()
                .unwrap();
            let place = format!("{}:{}: {}", page.display(), shown.line, shown.command);
            if !matches!(run.status.code(), Some(0 | 1)) {
                wrong.push(format!("{place}\n{}", String::from_utf8_lossy(&run.stderr)));
                continue;
            }
            let printed = String::from_utf8_lossy(&run.stdout).into_owned();
            let mut lines = printed.lines();
            for wanted in &shown.output {
                if !lines.any(|line| stands_in(wanted, line)) {
                    wrong.push(format!("{place}\nprints no line `{wanted}` (in this order):\n{printed}"));
                    break;
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(n_commands > 10, "only {n_commands} commands found: are the blocks still called `console`?");
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut wrong = Vec::new();
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        for (at, line) in text.lines().enumerate() {
            for target in line.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                let file = target.split('#').next().unwrap_or_default();
                if file.is_empty() || file.contains("://") {
                    continue;
                }
                if !page.parent().unwrap().join(file).exists() {
                    wrong.push(format!("{}:{}: {target}", page.display(), at + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_manual_page_and_completions_name_every_subcommand() {
    let print = |arguments: &[&str]| {
        let run = Command::new(env!("CARGO_BIN_EXE_isobar")).args(arguments).output().unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        String::from_utf8(run.stdout).unwrap()
    };
    let (man, bash) = (print(&["man"]), print(&["completions", "bash"]));
    for command in isobar::cli::command().get_subcommands() {
        let name = command.get_name();
        assert!(man.contains(&format!(".SS isobar {}", name.replace('-', "\\-"))), "{name}");
        assert!(bash.contains(name), "{name}");
    }
    assert!(man.contains("\\-\\-replay"));
}

#[cfg(target_os = "linux")]
#[test]
fn the_program_installs_into_a_clean_root() {
    let folder = tempfile::tempdir().unwrap();
    let run = Command::new(root().join("packaging/linux/install"))
        .args(["--prefix".as_ref(), folder.path().as_os_str(), env!("CARGO_BIN_EXE_isobar").as_ref()])
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let share = folder.path().join("share");
    for file in [
        "applications/isobar.desktop",
        "icons/hicolor/scalable/apps/isobar.svg",
        "mime/packages/isobar.xml",
        "man/man1/isobar.1",
        "bash-completion/completions/isobar",
        "zsh/site-functions/_isobar",
        "fish/vendor_completions.d/isobar.fish",
    ] {
        assert!(std::fs::metadata(share.join(file)).unwrap().len() > 100, "{file}");
    }
    let run = Command::new(folder.path().join("bin/isobar")).arg("--version").output().unwrap();
    assert!(String::from_utf8_lossy(&run.stdout).starts_with("isobar "));
}

#[cfg(unix)]
#[test]
fn the_bundle_for_macos_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let run = Command::new(root().join("packaging/macos/bundle"))
        .args(["--out".as_ref(), folder.path().as_os_str(), env!("CARGO_BIN_EXE_isobar").as_ref()])
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let app = folder.path().join("Isobar.app/Contents");
    assert!(Command::new(app.join("MacOS/isobar")).arg("--version").status().unwrap().success());
    assert!(std::fs::read(app.join("Resources/isobar.icns")).unwrap().starts_with(b"icns"));
    let plist = std::fs::read_to_string(app.join("Info.plist")).unwrap();
    assert!(plist.contains(&format!("<string>{}</string>", env!("CARGO_PKG_VERSION"))), "{plist}");
}
