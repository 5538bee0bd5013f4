//! A list of millions of rows. egui's own scroll area counts points in single precision and loses rows after a few
//! hundred thousand; this one counts rows.

use egui::{Pos2, Rect, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};

use super::theme::Theme;

/// The width of the scroll bar in points.
pub(super) const BAR: f32 = 10.0;
/// The shortest its handle gets.
const HANDLE_MIN: f32 = 24.0;

/// Where a long list stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LongList {
    /// The row at the upper edge; its fraction is how much of it is hidden.
    top: f64,
    /// The rows that fitted last.
    fits: f64,
}

/// What came of showing one.
pub(super) struct Shown {
    /// The user has scrolled.
    pub scrolled: bool,
}

impl LongList {
    /// Moves just as far as needed to bring a row into view.
    pub(super) fn reveal(&mut self, row: usize) {
        // Before it was shown for the first time nobody knows how many rows fit; the row itself does.
        let (row, fits) = (row as f64, self.fits.max(1.0));
        if row < self.top {
            self.top = row;
        } else if row + 1.0 > self.top + fits {
            self.top = (row + 1.0 - fits).max(0.0);
        }
    }

    /// How many rows make a page.
    pub(super) fn page(&self) -> usize {
        (self.fits as usize).max(1)
    }

    /// Fills `ui` with rows of one height; `row` draws the row with this number in the rectangle it is given.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        theme: &Theme,
        name: &str,
        n_rows: usize,
        height: f32,
        mut row: impl FnMut(&mut Ui, usize, Rect),
    ) -> Shown {
        let area = ui.available_rect_before_wrap();
        let response = ui.allocate_rect(area, Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(WidgetType::Other, true, name));
        self.fits = f64::from((area.height() / height).max(1.0));
        let last_top = (n_rows as f64 - self.fits).max(0.0);
        let before = self.top;
        if response.contains_pointer() {
            let by = ui.input(|input| input.smooth_scroll_delta().y);
            self.top -= f64::from(by / height);
        }
        let n_scrolled = self.bar(ui, theme, area, last_top, n_rows);
        self.top = self.top.clamp(0.0, last_top);
        let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(area));
        inside.set_clip_rect(area.intersect(ui.clip_rect()));
        let first = self.top as usize;
        let shift = (self.top - first as f64) as f32 * height;
        let width = if last_top > 0.0 { area.width() - BAR } else { area.width() };
        for at in first..n_rows.min(first + self.fits as usize + 2) {
            let y = area.top() + (at - first) as f32 * height - shift;
            row(&mut inside, at, Rect::from_min_size(pos2(area.left(), y), vec2(width, height)));
        }
        Shown { scrolled: n_scrolled || (self.top - before).abs() > 1e-9 }
    }

    /// The scroll bar; true when it was dragged.
    fn bar(&mut self, ui: &Ui, theme: &Theme, area: Rect, last_top: f64, n_rows: usize) -> bool {
        if last_top <= 0.0 {
            return false;
        }
        let track = Rect::from_min_max(pos2(area.right() - BAR, area.top()), area.max);
        let response = ui.interact(track, ui.id().with("scroll bar"), Sense::click_and_drag());
        let share = (self.fits / n_rows as f64) as f32;
        let length = (track.height() * share).max(HANDLE_MIN).min(track.height());
        let room = (track.height() - length).max(1.0);
        let mut moved = false;
        if let Some(Pos2 { y, .. }) = response.interact_pointer_pos() {
            self.top = f64::from(((y - track.top() - length * 0.5) / room).clamp(0.0, 1.0)) * last_top;
            moved = true;
        }
        let at = track.top() + room * (self.top / last_top).clamp(0.0, 1.0) as f32;
        let handle = Rect::from_min_size(pos2(track.left() + 3.0, at), vec2(BAR - 4.0, length));
        let strength = if response.hovered() || response.dragged() { 0.7 } else { 0.35 };
        ui.painter().rect_filled(handle, 3.0, theme.secondary.gamma_multiply(strength));
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_row_is_seen_in_a_list_not_shown_yet() {
        let mut list = LongList::default();
        list.reveal(0);
        assert!(list.top.abs() < 1e-9);
    }

    #[test]
    fn the_last_of_ten_million_rows_is_reached_exactly() {
        let mut list = LongList { top: 0.0, fits: 10.0 };
        list.reveal(9_999_999);
        assert!((list.top - 9_999_990.0).abs() < 1e-9);
        list.reveal(9_999_995);
        assert!((list.top - 9_999_990.0).abs() < 1e-9);
        list.reveal(5_000_001);
        assert!((list.top - 5_000_001.0).abs() < 1e-9);
    }
}
