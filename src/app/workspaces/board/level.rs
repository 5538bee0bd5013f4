//! The level the board is shown at: a small switch over the lower left corner of the canvas.

use egui::{Area, Frame, Margin, Order, Ui, vec2};

use super::BoardWorkspace;
use crate::app::canvas::{Tone, pos};
use crate::app::context::{Command, Cx};
use crate::app::widgets;
use crate::board::StickyKind;
use crate::board::notation::Level;
use crate::scene::Scene;
use crate::view::Action;

/// The action that shows a level.
const fn action(level: Level) -> Action {
    match level {
        Level::BigPicture => Action::LevelBigPicture,
        Level::Process => Action::LevelProcess,
        Level::Design => Action::LevelDesign,
    }
}

impl BoardWorkspace {
    /// Shows the board at another level; what is left out is no longer selected.
    pub(super) fn show_level(&mut self, cx: &mut Cx<'_>, level: Level) {
        cx.options.level = level;
        let scene = cx.scene_at_level();
        let shown = |item: &crate::view::Item| match item {
            crate::view::Item::Sticky(id) => scene.sticky(*id).is_some(),
            crate::view::Item::Link(id) => scene.link(*id).is_some(),
            _ => true,
        };
        *cx.selection = cx.selection.iter().filter(shown).collect();
        self.proposing.forget();
    }

    /// True when a kind is offered at the level shown; says so when it is not.
    pub(super) fn offers(&self, cx: &mut Cx<'_>, kind: StickyKind) -> bool {
        let offered = kind.is_at(cx.options.level);
        if !offered {
            let row = kind.row();
            let keys = action(row.level).row().keys;
            let message = format!(
                "{} belongs to the {} level; {keys} shows it",
                row.label,
                row.level.label().to_lowercase()
            );
            cx.say(Tone::Plain, message);
        }
        offered
    }

    /// Draws the switch.
    pub(super) fn level_switch(&mut self, ui: &Ui, cx: &mut Cx<'_>, scene: &Scene) {
        let viewport = self.canvas.viewport();
        if viewport.width() < 420.0 {
            return;
        }
        let corner = pos(crate::board::Point::new(viewport.min.x, viewport.max.y)) + vec2(12.0, -12.0);
        let area = Area::new(ui.id().with("level")).fixed_pos(corner).pivot(egui::Align2::LEFT_BOTTOM);
        let mut chosen = None;
        let shown = area.order(Order::Middle).show(ui.ctx(), |ui| {
            let frame = Frame::new()
                .fill(cx.theme.chrome)
                .stroke(cx.theme.line())
                .corner_radius(7.0)
                .inner_margin(Margin::same(3));
            frame.show(ui, |ui| {
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 2.0;
                    for level in Level::ALL {
                        let row = action(level).row();
                        let chosen_now = level == cx.options.level;
                        let response = widgets::small_tab(ui, cx.theme, level.label(), chosen_now);
                        let tip = format!("{}   {}", row.text, row.keys);
                        if response.on_hover_text(tip).clicked() {
                            chosen = Some(level);
                        }
                    }
                    if scene.hidden > 0 {
                        ui.add_space(6.0);
                        let text = format!("{} hidden", scene.hidden);
                        ui.label(
                            egui::RichText::new(text).size(cx.theme.sizes.small).color(cx.theme.secondary),
                        );
                        ui.add_space(6.0);
                    }
                });
            });
        });
        self.canvas.keep_clear(ui.ctx(), shown.response.rect);
        if let Some(level) = chosen {
            cx.send(Command::Run(action(level)));
        }
    }
}
