//! The Contracts workspace: the files a board says, before and after they are written; its versions side by side; and
//! what changes for whom against contracts or a board from before.

mod changes;
mod files;
mod folder;
mod lines;
mod versions;

use egui::Ui;

use super::Workspace;
use crate::app::context::Cx;
use crate::app::widgets;

/// What is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Side {
    #[default]
    Files,
    Versions,
    Changes,
}

const SIDES: [(Side, &str); 3] =
    [(Side::Files, "Files"), (Side::Versions, "Versions"), (Side::Changes, "Changes")];

/// The Contracts workspace.
#[derive(Default)]
pub(super) struct ContractsWorkspace {
    side: Side,
    files: files::Files,
    versions: versions::Versions,
    changes: changes::Changes,
}

impl Workspace for ContractsWorkspace {
    fn name(&self) -> &'static str {
        "Contracts"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let chrome = egui::Frame::new().fill(cx.theme.chrome).inner_margin(10.0);
        egui::Panel::top("contracts-bar").frame(chrome).show(ui, |ui| {
            ui.horizontal(|ui| {
                for (side, name) in SIDES {
                    if widgets::tab(ui, cx.theme, name, self.side == side).clicked() {
                        self.side = side;
                    }
                }
                ui.add_space(12.0);
                match self.side {
                    Side::Files => self.files.bar(ui, cx),
                    Side::Versions => {}
                    Side::Changes => self.changes.bar(ui, cx),
                }
            });
        });
        match self.side {
            Side::Files => self.files.show(ui, cx),
            Side::Versions => self.versions.show(ui, cx),
            Side::Changes => self.changes.show(ui, cx),
        }
    }

    fn opened(&mut self, _ctx: &egui::Context, _cx: &mut Cx<'_>) {
        self.files.forget();
        self.versions = versions::Versions::default();
        self.changes = changes::Changes::default();
    }

    fn hint(&self) -> String {
        match self.side {
            Side::Files => self.files.help().to_owned(),
            Side::Versions => {
                "Every version of every contract, the day it may go, and what differs.".to_owned()
            }
            Side::Changes => "What changes for whom, and the request for comments to send them.".to_owned(),
        }
    }
}
