//! The moment at the playhead, copied for a bug report.

use egui::Ui;

use super::ReplayWorkspace;
use crate::app::canvas::Tone;
use crate::app::context::Cx;
use crate::app::icons;
use crate::replay::moment::Teller;

impl ReplayWorkspace {
    /// The buttons that copy the event at the playhead.
    pub(super) fn report_buttons(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let theme = cx.theme;
        ui.add_space(4.0);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = egui::vec2(4.0, 4.0);
            let icon = icons::text("copy", 14.0).color(theme.secondary);
            let whole = ui.add(egui::Button::new((icon, "Copy as bug report")));
            ui.ctx().accesskit_node_builder(whole.id, |node| node.set_label("Copy as bug report"));
            let hint = "As Markdown: time, ids, the process as a picture, payloads, and where it departs from the board";
            if whole.on_hover_text(format!("{hint}   R")).clicked() {
                self.copy_report(ui.ctx(), true, cx);
            }
            let bare = ui.button("Without payloads");
            ui.ctx().accesskit_node_builder(bare.id, |node| {
                node.set_label("Copy as bug report without payloads");
            });
            if bare.on_hover_text("The same without payloads, which may hold what is nobody else's business").clicked()
            {
                self.copy_report(ui.ctx(), false, cx);
            }
        });
    }

    /// Copies the event at the playhead with its process.
    pub(super) fn copy_report(&self, ctx: &egui::Context, payloads: bool, cx: &mut Cx<'_>) {
        let Some(open) = &self.open else { return };
        let row = open.player.current(&open.log);
        let topology = cx.topology();
        let board = cx.document.path().and_then(|path| path.file_name());
        let fresh = !open.findings_are_old(cx) && !open.is_checking();
        let teller = Teller {
            topology: &topology,
            board: &board.unwrap_or_default().to_string_lossy(),
            log: &open.log,
            file: &open.path.file_name().unwrap_or_default().to_string_lossy(),
            tracks: &open.tracks,
            findings: open.findings.as_deref().filter(|_| fresh),
            payloads,
        };
        match row.and_then(|row| Some((open.log.event(row)?, teller.markdown(row)?))) {
            Some((event, markdown)) => {
                let name = event.name();
                cx.say(
                    Tone::Fine,
                    format!("Copied {name} and its process as Markdown: paste it into the bug report"),
                );
                ctx.copy_text(markdown);
            }
            None => {
                cx.say(Tone::Plain, "Nothing has happened yet at the playhead: choose an event to report");
            }
        }
    }
}
