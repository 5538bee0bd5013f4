//! Below the board: the table of events, the process at the playhead, and where the log departs from the board.

use egui::{RichText, Ui};

use super::ReplayWorkspace;
use crate::app::context::Cx;
use crate::app::theme::Theme;
use crate::app::{icons, widgets};

/// What the drawer shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tab {
    /// The table of events.
    #[default]
    Events,
    /// The process at the playhead, who tells whom.
    Sequence,
    /// The process at the playhead, what took how long.
    Waterfall,
    /// Where the log departs from the board.
    Findings,
    /// The board's numbers beside the log's.
    Fit,
}

/// Room for the number of findings.
const NUMBER_WIDTH: f32 = 22.0;

impl Tab {
    const ALL: [(Self, &str); 5] = [
        (Self::Events, "Events"),
        (Self::Sequence, "Sequence"),
        (Self::Waterfall, "Waterfall"),
        (Self::Findings, "Findings"),
        (Self::Fit, "Fit"),
    ];
}

impl ReplayWorkspace {
    pub(super) fn drawer(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let theme = cx.theme;
        let frame = egui::Frame::new().fill(theme.chrome).inner_margin(egui::Margin {
            left: 10,
            right: 10,
            top: 6,
            bottom: 0,
        });
        let panel = egui::Panel::bottom(if self.folded { "replay-drawer-folded" } else { "replay-drawer" });
        let panel = if self.folded {
            panel.exact_size(34.0).resizable(false)
        } else {
            let most = (ui.available_height() * 0.75).max(120.0);
            panel
                .default_size((ui.available_height() * 0.3).clamp(120.0, 300.0))
                .size_range(90.0..=most)
                .resizable(true)
        };
        panel.frame(frame).show(ui, |ui| {
            if !self.folded {
                // The drawer is as high as it was made, however little there is to show yet.
                ui.set_min_size(ui.available_size());
            }
            ui.horizontal(|ui| {
                for (tab, name) in Tab::ALL {
                    let selected = self.tab == tab && !self.folded;
                    let response = widgets::tab(ui, theme, name, selected);
                    if tab == Tab::Findings {
                        self.number_of_findings(ui, theme);
                    }
                    if response.clicked() {
                        self.folded = selected;
                        self.tab = tab;
                    }
                }
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    let (icon, name) =
                        if self.folded { ("up", "Unfold the drawer") } else { ("down", "Fold the drawer") };
                    let fold = ui.add(egui::Button::new(icons::text(icon, 14.0)).frame_when_inactive(false));
                    ui.ctx().accesskit_node_builder(fold.id, |node| node.set_label(name));
                    if fold.on_hover_text(name).clicked() {
                        self.folded = !self.folded;
                    }
                    if self.tab == Tab::Events && !self.folded {
                        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                            ui.add_space(12.0);
                            self.filter_field(ui, cx);
                        });
                    }
                });
            });
            if self.folded {
                return;
            }
            widgets::hairline(ui, theme);
            match self.tab {
                Tab::Events => self.events_table(ui, cx),
                Tab::Sequence => self.sequence(ui, cx),
                Tab::Waterfall => self.waterfall(ui, cx),
                Tab::Findings => self.findings(ui, cx),
                Tab::Fit => self.fit(ui, cx),
            }
        });
    }

    /// How many findings there are. The room for it is there before they are: nothing moves from under the pointer when
    /// they come.
    fn number_of_findings(&self, ui: &mut Ui, theme: &Theme) {
        let findings = self.open.as_ref().and_then(|open| open.findings.as_ref());
        ui.scope(|ui| {
            ui.set_min_width(NUMBER_WIDTH);
            let Some(findings) = findings else { return };
            let wrong = findings.iter().any(|f| f.check.severity == crate::advice::Severity::Error);
            let color = if wrong { theme.error } else { theme.secondary };
            let number = RichText::new(findings.len().to_string()).font(Theme::strong(theme.sizes.small));
            ui.label(number.color(color));
        });
    }
}
