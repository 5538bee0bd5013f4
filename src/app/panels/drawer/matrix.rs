//! A God event in full: its score, and who uses which fields, in the groups of the events proposed in its place.

use egui::{Align2, Rect, RichText, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};

use crate::advice::decomposition::{Decomposition, Part};
use crate::advice::explain::{EventExplained, column_head};
use crate::advice::usage::Usage;
use crate::app::theme::Theme;
use crate::app::widgets;

/// The height of a field's row.
const ROW: f32 = 21.0;
/// The room for a field's name.
const NAME: f32 = 190.0;
/// Columns narrower than this are headed by a letter.
const WORDS: f32 = 68.0;

/// Shows the score, the matrix and the proposal; its names can be edited.
pub(super) fn show(ui: &mut Ui, theme: &Theme, event: &EventExplained, names: &mut [String]) {
    widgets::section(ui, theme, &format!("Score {} of 10", event.score.points));
    ui.horizontal_wrapped(|ui| {
        for part in &event.score.parts {
            let text = format!("{}: {}  +{}", part.name, part.found, part.points);
            widgets::chip(ui, theme, &text, part.points == part.of);
        }
    });
    let usage = &event.usage;
    let Some(proposal) = &event.proposal else {
        widgets::section(ui, theme, "Who uses what");
        let grid = Grid::new(ui, usage);
        grid.head(ui, theme, usage);
        let read = (0..usage.fields.len()).filter(|at| usage.consumers.iter().any(|c| c.uses.contains(at)));
        read.for_each(|at| grid.row(ui, theme, usage, at, None));
        return;
    };
    let title = format!(
        "Instead: {} events, of which a consumer uses {:.0} % and not {:.0} %",
        proposal.parts.len(),
        proposal.share_after * 100.0,
        proposal.share_before * 100.0
    );
    widgets::section(ui, theme, &title);
    let grid = Grid::new(ui, usage);
    grid.head(ui, theme, usage);
    for (part, name) in proposal.parts.iter().zip(names) {
        ui.add_space(6.0);
        ui.horizontal(|ui| {
            let field = egui::TextEdit::singleline(name)
                .font(Theme::strong(theme.sizes.body))
                .desired_width(NAME + 40.0)
                .margin(egui::Margin::symmetric(5, 2));
            let response = ui.add(field).on_hover_text("Call it what the business calls it");
            let label = format!("Name of the event with {}", part.fields.join(", "));
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(label));
            let told = format!("on {}; read by {}", part.reasons.join(", "), part.consumers.join(", "));
            ui.add(egui::Label::new(theme.secondary(told)).truncate());
        });
        for (fields, along) in [(&part.fields, false), (&part.along, true)] {
            for path in fields {
                if let Some(at) = usage.fields.iter().position(|field| field == path) {
                    grid.row(ui, theme, usage, at, Some((part, along)));
                }
            }
        }
    }
    remarks(ui, theme, proposal, usage);
}

fn remarks(ui: &mut Ui, theme: &Theme, proposal: &Decomposition, usage: &Usage) {
    ui.add_space(8.0);
    let identity: Vec<&str> = usage.identity.iter().map(|at| usage.fields[*at].as_str()).collect();
    if !identity.is_empty() {
        ui.label(theme.secondary(format!("Each of them carries {}.", identity.join(" and "))));
    }
    for staying in &proposal.stay {
        ui.label(format!("{} stays with {}: it {}.", staying.consumer, proposal.event, staying.why));
    }
    if !proposal.unread.is_empty() {
        let count = crate::advice::context::counted(proposal.unread.len(), "field");
        let label = RichText::new(format!("{count} that nobody says they use")).color(theme.secondary);
        egui::CollapsingHeader::new(label).id_salt("unread").show(ui, |ui| {
            ui.add(egui::Label::new(theme.secondary(proposal.unread.join(", "))).wrap());
        });
    }
}

/// Where the columns of a matrix stand.
struct Grid {
    column: f32,
}

impl Grid {
    fn new(ui: &Ui, usage: &Usage) -> Self {
        let columns = u16::try_from(usage.consumers.len()).map_or(f32::MAX, f32::from).max(1.0);
        // A third of the rest is for the reasons.
        Self { column: ((ui.available_width() - NAME) * 0.72 / columns).clamp(16.0, 104.0) }
    }

    fn middle(&self, rect: Rect, at: usize) -> egui::Pos2 {
        let columns = u16::try_from(at).map_or(f32::MAX, f32::from);
        pos2(rect.left() + NAME + self.column * (columns + 0.5), rect.center().y)
    }

    /// The consumers' names, or letters where there is no room, with the names under the pointer.
    fn head(&self, ui: &mut Ui, theme: &Theme, usage: &Usage) {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
        for (at, consumer) in usage.consumers.iter().enumerate() {
            let middle = self.middle(rect, at);
            let cell = Rect::from_center_size(middle, vec2(self.column - 4.0, ROW));
            let text = if self.column < WORDS { column_head(at) } else { consumer.name.clone() };
            let painter = ui.painter_at(cell);
            let font = Theme::strong(theme.sizes.small);
            let fits =
                painter.layout_no_wrap(text.clone(), font.clone(), theme.text).size().x <= cell.width();
            let (anchor, place) = if fits {
                (Align2::CENTER_CENTER, middle)
            } else {
                (Align2::LEFT_CENTER, cell.left_center())
            };
            painter.text(place, anchor, text, font, theme.text);
            let id = ui.id().with(("column", at));
            let team = if consumer.team.is_empty() { String::new() } else { format!(" ({})", consumer.team) };
            let used = crate::advice::context::counted(consumer.uses.len(), "field");
            ui.interact(cell, id, Sense::hover())
                .on_hover_text(format!("{}{team} uses {used}", consumer.name));
        }
        ui.painter().hline(rect.x_range(), rect.bottom(), theme.line());
    }

    /// One field: a full dot for each consumer that uses it, and the reasons that speak of it.
    /// Where it stands in a proposed event, consumers that get it from another one are grey.
    fn row(&self, ui: &mut Ui, theme: &Theme, usage: &Usage, field: usize, within: Option<(&Part, bool)>) {
        let along = within.is_some_and(|(_, along)| along);
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
        let users: Vec<&str> =
            usage.consumers.iter().filter(|c| c.uses.contains(&field)).map(|c| c.name.as_str()).collect();
        let path = &usage.fields[field];
        let told = format!("{path}: used by {}", crate::advice::context::listed(&users));
        response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, &told));
        let painter = ui.painter_at(rect);
        if response.hovered() {
            painter.rect_filled(rect, 3.0, theme.hover);
        }
        let name = if along { format!("{path}  also") } else { path.clone() };
        let color = if along { theme.secondary } else { theme.text };
        let font = Theme::plain(theme.sizes.secondary);
        let area = Rect::from_min_max(rect.min, pos2(rect.left() + NAME - 6.0, rect.bottom()));
        let place = rect.left_center() + vec2(6.0, 0.0);
        painter.with_clip_rect(area).text(place, Align2::LEFT_CENTER, name, font.clone(), color);
        for (at, consumer) in usage.consumers.iter().enumerate() {
            let middle = self.middle(rect, at);
            if consumer.uses.contains(&field) {
                let here = within.is_none_or(|(part, _)| part.consumers.contains(&consumer.name));
                painter.circle_filled(middle, 4.5, if here { theme.accent } else { theme.secondary });
            } else {
                painter.circle_filled(middle, 1.5, theme.hairline);
            }
        }
        let reasons: Vec<&str> = usage
            .reasons
            .iter()
            .filter(|reason| reason.touches.contains(&field))
            .map(|reason| reason.name.as_str())
            .collect();
        let end = self.middle(rect, usage.consumers.len()).x;
        painter.text(
            pos2(end, rect.center().y),
            Align2::LEFT_CENTER,
            reasons.join(", "),
            font,
            theme.secondary,
        );
        response.on_hover_ui(|ui| {
            ui.label(&told);
            if !reasons.is_empty() {
                ui.label(theme.secondary(format!("Spoken of by {}", reasons.join(", "))));
            }
        });
    }
}
