//! The bar of the Topology workspace: the view, what is left out, how it is grouped and laid out.

use std::collections::BTreeSet;

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{PopupCloseBehavior, Ui};

use super::TopologyWorkspace;
use crate::app::context::Cx;
use crate::app::theme::Theme;
use crate::app::widgets;
use crate::board::{EventClass, FrameId, Visibility};
use crate::scene::diagram::Arrangement;
use crate::topology::filter::{Filter, teams};
use crate::topology::grouping::Grouping;
use crate::topology::projection::View;

const CLASSES: [(EventClass, &str); 4] = [
    (EventClass::Domain, "Domain"),
    (EventClass::Component, "Component"),
    (EventClass::CustomerInteraction, "Customer interaction"),
    (EventClass::Analytics, "Analytics"),
];
const VISIBILITIES: [(Visibility, &str); 2] =
    [(Visibility::Public, "Public"), (Visibility::Private, "Private")];

impl TopologyWorkspace {
    pub(super) fn bar(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        ui.horizontal_wrapped(|ui| {
            ui.add_space(8.0);
            for (view, name) in View::ALL.into_iter().zip(["Events", "Services", "Run time", "Teams"]) {
                if widgets::tab(ui, cx.theme, name, !self.matrix && self.view == view).clicked() {
                    (self.view, self.matrix) = (view, false);
                }
            }
            if widgets::tab(ui, cx.theme, "Matrix", self.matrix).clicked() {
                (self.view, self.matrix) = (View::Services, true);
            }
            ui.add_space(8.0);
            let search = egui::TextEdit::singleline(&mut self.search)
                .hint_text("Find in the graph")
                .desired_width(150.0);
            let response = ui.add(search);
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_label("Find in the graph"));
            self.filter_menu(ui, cx);
            if !self.matrix {
                self.layout_menu(ui, cx.theme);
                ui.add_space(8.0);
                ui.label(cx.theme.secondary("Focus"));
                for (steps, name) in [(0, "All"), (1, "1 step"), (2, "2 steps"), (3, "3 steps")] {
                    if widgets::chip(ui, cx.theme, name, self.focus == steps).clicked() {
                        self.focus = steps;
                    }
                }
            }
            let open: Vec<String> = self.open.iter().cloned().collect();
            if self.is_closed() && !open.is_empty() {
                ui.add_space(8.0);
                ui.label(cx.theme.secondary("Open"));
                for name in open {
                    let chip = widgets::chip(ui, cx.theme, &format!("{name} ×"), true);
                    if chip.on_hover_text("Draw it as one node again").clicked() {
                        self.open.remove(&name);
                    }
                }
            }
        });
    }

    fn filter_menu(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let filter = &mut self.filter;
        let chosen =
            filter.teams.len() + filter.frames.len() + filter.classes.len() + filter.visibilities.len();
        let text = if chosen == 0 { "Filter".to_owned() } else { format!("Filter · {chosen}") };
        let topology = cx.topology();
        let board = cx.document.board();
        let (response, _) = kept_open(&text).ui(ui, |ui| {
            egui::ScrollArea::vertical().max_height(420.0).show(ui, |ui| {
                ui.set_min_width(200.0);
                widgets::section(ui, cx.theme, "Class of event");
                CLASSES.iter().for_each(|(class, name)| choose(ui, &mut filter.classes, class, name));
                widgets::section(ui, cx.theme, "Visibility");
                VISIBILITIES.iter().for_each(|(seen, name)| choose(ui, &mut filter.visibilities, seen, name));
                let teams = teams(board, &topology);
                if !teams.is_empty() {
                    widgets::section(ui, cx.theme, "Team");
                    teams.into_iter().for_each(|team| choose(ui, &mut filter.teams, &team.to_owned(), team));
                }
                let frames = board.frames.iter().filter(|(_, frame)| !frame.name.is_empty());
                let mut frames: Vec<(&str, FrameId)> = frames.map(|(id, f)| (f.name.as_str(), *id)).collect();
                frames.sort_unstable();
                if !frames.is_empty() {
                    widgets::section(ui, cx.theme, "Frame");
                    frames.into_iter().for_each(|(name, id)| choose(ui, &mut filter.frames, &id, name));
                }
            });
            ui.separator();
            if ui.add_enabled(!filter.is_empty(), egui::Button::new("Show everything")).clicked() {
                *filter = Filter::default();
                ui.close();
            }
        });
        response.on_hover_text("Show only some teams, frames, classes or visibilities");
    }

    fn layout_menu(&mut self, ui: &mut Ui, theme: &Theme) {
        let (response, _) = kept_open("Layout").ui(ui, |ui| {
            ui.set_min_width(200.0);
            widgets::section(ui, theme, "Arranged");
            ui.radio_value(&mut self.arrangement, Arrangement::Flow, "Left to right by flow");
            ui.radio_value(&mut self.arrangement, Arrangement::Forces, "By forces");
            widgets::section(ui, theme, "Grouped by");
            for grouping in Grouping::ALL {
                let name = match grouping {
                    Grouping::None => "Nothing",
                    Grouping::Frames => "Frame",
                    Grouping::Teams => "Team",
                };
                ui.radio_value(&mut self.grouping, grouping, name);
            }
            ui.separator();
            ui.add_enabled_ui(self.grouping != Grouping::None, |ui| {
                ui.checkbox(&mut self.closed, "Each group as one node");
            });
        });
        response.on_hover_text("How the graph is arranged and grouped");
    }
}

/// A menu that stays open while several things are chosen.
fn kept_open(text: &str) -> MenuButton<'_> {
    MenuButton::new(text).config(MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside))
}

fn choose<T: Ord + Clone>(ui: &mut Ui, chosen: &mut BTreeSet<T>, value: &T, name: &str) {
    let mut on = chosen.contains(value);
    if ui.checkbox(&mut on, name).changed() {
        if on {
            chosen.insert(value.clone());
        } else {
            chosen.remove(value);
        }
    }
}
