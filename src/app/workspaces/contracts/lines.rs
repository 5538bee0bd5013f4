//! Lines of a contract file, or of what differs between two of them.

use egui::Ui;

use crate::app::theme::Theme;

/// Lines of text or of a difference, as many as are in sight.
pub(super) fn lines(
    ui: &mut Ui,
    theme: &Theme,
    salt: impl std::hash::Hash + std::fmt::Debug,
    lines: &[(char, String)],
) {
    let height = ui.text_style_height(&egui::TextStyle::Monospace) + 1.0;
    let area = egui::ScrollArea::both().auto_shrink(false).id_salt(egui::Id::new(salt));
    area.show_rows(ui, height, lines.len(), |ui, rows| {
        for (mark, line) in &lines[rows] {
            let job = coloured(line, *mark, theme);
            ui.add(egui::Label::new(job).wrap_mode(egui::TextWrapMode::Extend));
        }
    });
}

/// One line of YAML or JSON with its key apart from its value.
fn coloured(line: &str, mark: char, theme: &Theme) -> egui::text::LayoutJob {
    let font = egui::FontId::monospace(theme.sizes.secondary);
    let format = |color| egui::TextFormat { font_id: font.clone(), color, ..Default::default() };
    let mut job = egui::text::LayoutJob::default();
    match mark {
        '+' => job.append(&format!("+ {line}"), 0.0, format(theme.fine)),
        '-' => job.append(&format!("- {line}"), 0.0, format(theme.error)),
        SKIPPED => job.append(line, 0.0, format(theme.secondary)),
        WRONG => job.append(line, 0.0, format(theme.error)),
        _ => match line.find(':').filter(|at| !line[..*at].trim_start().contains(' ')) {
            Some(at) => {
                job.append(&line[..at], 0.0, format(theme.accent));
                job.append(&line[at..], 0.0, format(theme.text));
            }
            None => job.append(line, 0.0, format(theme.text)),
        },
    }
    job
}

/// Marks a line that says what is wrong.
pub(super) const WRONG: char = '!';

/// Marks a line that stands for several that are the same.
const SKIPPED: char = '…';

/// The lines of two texts as kept, gone and new; in order. Of what is the same, a few lines around each change are kept.
pub(super) fn difference(old: &str, new: &str) -> Vec<(char, String)> {
    let diff = similar::TextDiff::from_lines(old, new);
    let mut lines = Vec::new();
    let skip = |lines: &mut Vec<(char, String)>, n: usize| match n {
        0 => {}
        1 => lines.push((SKIPPED, "⋯ 1 line the same".to_owned())),
        n => lines.push((SKIPPED, format!("⋯ {n} lines the same"))),
    };
    let mut told = 0;
    for group in diff.grouped_ops(3) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        skip(&mut lines, first.old_range().start - told);
        told = last.old_range().end;
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let line = change.value().trim_end_matches(['\n', '\r']);
            lines.push(match change.tag() {
                similar::ChangeTag::Delete => ('-', line.to_owned()),
                similar::ChangeTag::Insert => ('+', line.to_owned()),
                // As far in as those that have a sign.
                similar::ChangeTag::Equal => (' ', format!("  {line}")),
            });
        }
    }
    skip(&mut lines, diff.old_slices().len() - told);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_names_what_went_and_what_came_and_leaves_out_what_is_far_from_it() {
        let text = |middle: &str| format!("{}{middle}\n{}", "a\n".repeat(10), "z\n".repeat(4));
        let told = difference(&text("old"), &text("new"));
        let lines: Vec<String> = told.iter().map(|(mark, line)| format!("{mark}{line}")).collect();
        let expected = [
            "…⋯ 7 lines the same",
            "   a",
            "   a",
            "   a",
            "-old",
            "+new",
            "   z",
            "   z",
            "   z",
            "…⋯ 1 line the same",
        ];
        assert_eq!(lines, expected);
    }
}
