//! The dependency structure matrix on the screen.

use egui::{Align2, CornerRadius, Rect, Sense, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};

use crate::app::theme::{Theme, mix};
use crate::board::notation::words;
use crate::topology::matrix::Matrix;

/// Cells are never larger than this, and names vanish below the second.
const CELL_MAX: f32 = 72.0;
const NAMED: f32 = 13.0;
/// Names are in the size of small print up to cells of this side, and grow with larger ones up to the second size.
const SMALL: f32 = 34.0;
const NAME_MAX: f32 = 16.0;

/// Draws the matrix; the row or column that was clicked, by place.
pub(super) fn show(ui: &mut Ui, theme: &Theme, matrix: &Matrix, chosen: Option<usize>) -> Option<usize> {
    let n = matrix.order.len();
    let area = ui.available_rect_before_wrap();
    ui.painter().rect_filled(area, 0.0, theme.canvas);
    let longest = matrix.names.iter().max_by_key(|name| name.chars().count());
    let measure = |size: f32| {
        let name = longest.map_or_else(String::new, |name| words(name));
        let width = ui.painter().layout_no_wrap(name, Theme::plain(size), theme.text).size().x;
        width.min(220.0 * size / theme.sizes.secondary) + 20.0
    };
    // Large cells have large names, which leave a little less room for the cells.
    let fit = |name_width: f32| {
        let room = (area.width() - name_width - 56.0).min(area.height() - name_width - 100.0);
        (room / n.max(1) as f32).clamp(4.0, CELL_MAX)
    };
    let name_width = measure(name_size(theme, fit(measure(theme.sizes.secondary))));
    let cell = fit(name_width);
    let header = if cell >= NAMED { vec2(name_width, name_width) } else { vec2(16.0, 16.0) };
    let mut clicked = None;
    ui.scope_builder(egui::UiBuilder::new().max_rect(area.shrink(20.0)), |ui| {
        ui.label(theme.secondary(summary(matrix)));
        ui.add_space(8.0);
        egui::ScrollArea::both().auto_shrink(false).show(ui, |ui| {
            let size = header + Vec2::splat(cell * n as f32 + 8.0);
            let (place, response) = ui.allocate_exact_size(size, Sense::click());
            let name = format!("Matrix of {n} rows");
            response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Image, true, &name));
            let origin = place.min + header;
            let grid = Grid { origin, cell, n };
            let pointed = response.hover_pos().and_then(|at| grid.at(at));
            grid.paint(ui, theme, matrix, pointed, chosen, header);
            if let Some((row, column)) = pointed {
                if response.clicked() {
                    clicked = Some(row);
                }
                if let Some(cell) = matrix.cells.get(&(row, column)) {
                    response.on_hover_ui_at_pointer(|ui| {
                        let waits = if cell.synchronous { " and waits" } else { "" };
                        let (from, to) = (words(&matrix.names[row]), words(&matrix.names[column]));
                        ui.label(theme.heading(format!("{from} → {to}{waits}")));
                        for message in cell.messages.iter().take(12) {
                            ui.label(words(message));
                        }
                        if cell.messages.len() > 12 {
                            ui.label(theme.secondary(format!("and {} more", cell.messages.len() - 12)));
                        }
                        if cell.in_cycle {
                            ui.label(theme.secondary("Part of a cycle"));
                        }
                    });
                }
            }
        });
    });
    clicked
}

/// The size of names beside cells of a side.
fn name_size(theme: &Theme, cell: f32) -> f32 {
    let small = theme.sizes.secondary.min(cell - 2.0).max(1.0);
    (small * cell / SMALL).clamp(small, NAME_MAX.max(small))
}

fn summary(matrix: &Matrix) -> String {
    let cycles = match matrix.cycles() {
        0 => "no cycle".to_owned(),
        1 => "one cycle".to_owned(),
        many => format!("{many} cycles"),
    };
    format!(
        "Rows reach columns, in the order of the flow · {cycles} · a change reaches {:.0} % of all pairs · double line: waits",
        matrix.reached * 100.0
    )
}

struct Grid {
    origin: egui::Pos2,
    cell: f32,
    n: usize,
}

impl Grid {
    /// The row and column at a place.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "inside the grid")]
    fn at(&self, at: egui::Pos2) -> Option<(usize, usize)> {
        let local = (at - self.origin) / self.cell;
        let inside = local.x >= 0.0 && local.y >= 0.0;
        let (column, row) = (local.x as usize, local.y as usize);
        (inside && column < self.n && row < self.n).then_some((row, column))
    }

    fn rect(&self, row: usize, column: usize) -> Rect {
        let corner = self.origin + vec2(column as f32, row as f32) * self.cell;
        Rect::from_min_size(corner, Vec2::splat(self.cell))
    }

    fn paint(
        &self,
        ui: &Ui,
        theme: &Theme,
        matrix: &Matrix,
        pointed: Option<(usize, usize)>,
        chosen: Option<usize>,
        header: Vec2,
    ) {
        let painter = ui.painter();
        let side = self.cell * self.n as f32;
        let whole = Rect::from_min_size(self.origin, Vec2::splat(side));
        painter.rect_filled(whole, 0.0, theme.chrome);
        let row_bar = |row: usize| {
            Rect::from_min_size(self.rect(row, 0).min - vec2(header.x, 0.0), vec2(side + header.x, self.cell))
        };
        let column_bar = |c: usize| {
            Rect::from_min_size(self.rect(0, c).min - vec2(0.0, header.y), vec2(self.cell, side + header.y))
        };
        for at in chosen.into_iter() {
            painter.rect_filled(row_bar(at), 0.0, theme.selection);
            painter.rect_filled(column_bar(at), 0.0, theme.selection);
        }
        if let Some((row, column)) = pointed {
            painter.rect_filled(row_bar(row), 0.0, theme.hover);
            painter.rect_filled(column_bar(column), 0.0, theme.hover);
        }
        if self.cell >= 8.0 {
            for line in 0..=self.n {
                let offset = line as f32 * self.cell;
                painter.hline(whole.x_range(), whole.top() + offset, theme.line());
                painter.vline(whole.left() + offset, whole.y_range(), theme.line());
            }
        }
        for at in 0..self.n {
            painter.rect_filled(self.rect(at, at), 0.0, mix(theme.chrome, theme.secondary, 0.25));
        }
        for block in matrix.blocks.iter().filter(|block| block.is_cycle()) {
            let last = block.rows.end - 1;
            let place = self.rect(block.rows.start, block.rows.start).union(self.rect(last, last));
            painter.rect(
                place,
                2.0,
                theme.error.gamma_multiply(0.10),
                Stroke::new(1.5, theme.error),
                StrokeKind::Outside,
            );
        }
        let visible = ui.clip_rect();
        for ((row, column), cell) in &matrix.cells {
            let place = self.rect(*row, *column);
            if !place.intersects(visible) {
                continue;
            }
            let color = if cell.in_cycle { theme.error } else { theme.accent };
            let inset = if self.cell >= NAMED { 3.0 } else { 0.5 };
            // Never so strong that the number on it cannot be read.
            let strength = (0.15 + 0.1 * cell.messages.len() as f32).min(0.45);
            let inner = place.shrink(inset);
            painter.rect_filled(
                inner,
                CornerRadius::same(if inset > 1.0 { 3 } else { 0 }),
                mix(theme.chrome, color, strength),
            );
            if cell.synchronous && self.cell >= 8.0 {
                let stroke = Stroke::new(1.5, color);
                painter.rect_stroke(inner, 3.0, stroke, StrokeKind::Inside);
                painter.rect_stroke(inner.shrink(3.0), 2.0, stroke, StrokeKind::Inside);
            }
            if self.cell >= 22.0 {
                let text = cell.messages.len().to_string();
                let size = (self.cell * 0.32).clamp(11.0, 20.0);
                painter.text(place.center(), Align2::CENTER_CENTER, text, Theme::strong(size), theme.text);
            }
        }
        if self.cell < NAMED {
            return;
        }
        let font = Theme::plain(name_size(theme, self.cell));
        for (at, name) in matrix.names.iter().enumerate() {
            let galley = painter.layout_no_wrap(words(name), font.clone(), theme.text);
            let row = self.rect(at, 0);
            let clip = Rect::from_min_size(row.min - vec2(header.x, 0.0), vec2(header.x, self.cell));
            let left = (row.left() - 8.0 - galley.size().x).max(clip.left());
            let at_row = pos2(left, row.center().y - galley.size().y / 2.0);
            painter.with_clip_rect(clip.intersect(visible)).galley(at_row, galley.clone(), theme.text);
            let column = self.rect(0, at);
            let foot = pos2(column.center().x - galley.size().y / 2.0, column.top() - 8.0);
            let text = egui::epaint::TextShape::new(foot, galley, theme.text)
                .with_angle(-std::f32::consts::FRAC_PI_2);
            let clip = Rect::from_min_size(column.min - vec2(0.0, header.y), vec2(self.cell, header.y));
            painter.with_clip_rect(clip.intersect(visible)).add(text);
        }
    }
}
