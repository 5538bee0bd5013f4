//! The Contracts workspace: the board's contracts.

use super::Workspace;
use crate::app::context::Cx;

/// The Contracts workspace.
#[derive(Default)]
pub(super) struct ContractsWorkspace {}

impl Workspace for ContractsWorkspace {
    fn name(&self) -> &'static str {
        "Contracts"
    }

    fn ui(&mut self, ui: &mut egui::Ui, cx: &mut Cx<'_>) {
        let topology = cx.topology();
        let area = ui.available_rect_before_wrap();
        ui.painter().rect_filled(area, 0.0, cx.theme.canvas);
        egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.add_space(16.0);
            ui.label(cx.theme.heading("Messages"));
            for message in &topology.messages {
                let producers = message.producers.len();
                let line =
                    format!("{} · {producers} producers · {} routes", message.name, message.routes.len());
                if ui.selectable_label(false, line).clicked() {
                    let items = message.stickies.iter().map(|id| crate::view::Item::Sticky(*id)).collect();
                    cx.send(crate::app::context::Command::Show(items));
                }
            }
            ui.label(cx.theme.heading("Services"));
            for party in &topology.parties {
                ui.label(format!("{} · {} reactions", party.name, party.reactions.len()));
            }
        });
    }
}
