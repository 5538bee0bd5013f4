//! A sequence diagram on the screen; what Simulate and Replay show of one process.

use egui::{Align2, Color32, FontId, Rect, Sense, Stroke, Ui, WidgetInfo, WidgetType, pos2, vec2};

use super::theme::{Theme, mix};
use crate::board::notation::words;
use crate::scene::sequence::{Diagram, Lifeline, Measures, Step, StepKind, StepShape, layout};

/// What a diagram is made of, and what the reader looks at.
pub(super) struct Sequence<'a> {
    /// The columns.
    pub lifelines: &'a [Lifeline],
    /// The steps.
    pub steps: &'a [Step],
    /// The keys of the steps that stand out, such as a chain of causes.
    pub marked: &'a [u64],
    /// The present moment.
    pub now: Option<u64>,
    /// How a moment is said.
    pub spoken: &'a dyn Fn(u64) -> String,
}

impl Sequence<'_> {
    /// Draws the diagram, in scroll bars when it is larger than its place; answers the key of a step clicked.
    pub(super) fn ui(&self, ui: &mut Ui, theme: &Theme) -> Option<u64> {
        let font = Theme::plain(theme.sizes.secondary);
        let measure =
            |text: &str| ui.painter().layout_no_wrap(text.to_owned(), font.clone(), theme.text).size().x;
        let diagram = layout(self.lifelines, self.steps, &Measures::default(), measure);
        let mut clicked = None;
        // The heads stand still at the edge where egui would fade the steps out.
        ui.spacing_mut().scroll.fade.strength = 0.0;
        egui::ScrollArea::both().auto_shrink(false).id_salt("sequence").show(ui, |ui| {
            let size = vec2(diagram.size.w, diagram.size.h).max(ui.available_size());
            let (place, _) = ui.allocate_exact_size(size, Sense::hover());
            // Heads stay at the upper edge while the steps scroll under them.
            let view = ui.clip_rect();
            self.keep_in_sight(ui, &diagram, place);
            self.lines(ui, theme, &diagram, place);
            for shape in &diagram.steps {
                if self.step(ui, theme, shape, place, &font) {
                    clicked = Some(self.steps[shape.step].key);
                }
            }
            self.present(ui, theme, &diagram, place);
            self.heads(ui, theme, &diagram, place, view);
        });
        clicked
    }

    /// Scrolls to the last step that has happened, whenever that is another one; whoever scrolls away meanwhile is left
    /// alone.
    fn keep_in_sight(&self, ui: &Ui, diagram: &Diagram, place: Rect) {
        let Some(now) = self.now else { return };
        let present = self.steps.iter().rposition(|step| step.sent <= now);
        let key = present.map(|at| self.steps[at].key);
        let seen = ui.id().with("step in sight");
        let before: Option<u64> =
            ui.data_mut(|data| std::mem::replace(data.get_temp_mut_or_default(seen), key));
        let shape = present.and_then(|at| diagram.steps.iter().find(|shape| shape.step == at));
        if let Some(shape) = shape.filter(|_| before != key) {
            let at = |point: crate::board::Point| pos2(place.left() + point.x, place.top() + point.y);
            let row = Rect::from_two_pos(at(shape.from), at(shape.to))
                .union(Rect::from_min_max(at(shape.label.min), at(shape.label.max)));
            // Not under the heads, and with a little of what comes next.
            let measures = Measures::default();
            let row = row.with_min_y(row.top() - measures.head.h - measures.row);
            ui.scroll_to_rect(row.with_max_y(row.bottom() + measures.row), None);
        }
    }

    fn lines(&self, ui: &Ui, theme: &Theme, diagram: &Diagram, place: Rect) {
        let painter = ui.painter();
        for lifeline in &diagram.lifelines {
            let x = place.left() + lifeline.x();
            painter.vline(x, place.top() + lifeline.head.max.y..=place.top() + lifeline.bottom, theme.line());
        }
        let font = Theme::plain(theme.sizes.small);
        for moment in &diagram.moments {
            let at = pos2(place.left() + 6.0, place.top() + moment.y);
            painter.text(at, Align2::LEFT_CENTER, (self.spoken)(moment.time), font.clone(), theme.secondary);
        }
    }

    /// A line under the last moment that has passed.
    fn present(&self, ui: &Ui, theme: &Theme, diagram: &Diagram, place: Rect) {
        let Some(now) = self.now else { return };
        let passed = diagram.moments.partition_point(|moment| moment.time <= now);
        let Some(next) = diagram.moments.get(passed) else { return };
        let y = place.top() + next.y - Measures::default().row * 0.6;
        let right = place.left() + diagram.size.w;
        ui.painter().hline(place.left()..=right, y, Stroke::new(1.0, theme.accent));
    }

    fn heads(&self, ui: &Ui, theme: &Theme, diagram: &Diagram, place: Rect, view: Rect) {
        let painter = ui.painter();
        let top = view.top().max(place.top());
        let bar = Rect::from_min_max(
            pos2(view.left(), top),
            pos2(view.right(), top + Measures::default().head.h + 6.0),
        );
        painter.rect_filled(bar, 0.0, theme.chrome);
        for lifeline in &diagram.lifelines {
            let head = Rect::from_min_size(
                pos2(place.left() + lifeline.head.min.x, top + 2.0),
                vec2(lifeline.head.width(), lifeline.head.height()),
            );
            let paper = theme.paper(lifeline.kind.row().token);
            painter.rect_filled(head, 3.0, paper.fill);
            let mut job = egui::text::LayoutJob::simple(
                words(&lifeline.name),
                Theme::strong(theme.sizes.small),
                paper.text,
                head.width() - 8.0,
            );
            job.wrap.max_rows = 2;
            job.halign = egui::Align::Center;
            let galley = painter.layout_job(job);
            let at = pos2(head.center().x, head.center().y - galley.size().y * 0.5);
            painter.galley(at, galley, paper.text);
        }
    }

    /// Draws a step; true when it was clicked.
    fn step(&self, ui: &mut Ui, theme: &Theme, shape: &StepShape, place: Rect, font: &FontId) -> bool {
        let step = &self.steps[shape.step];
        let at = |point: crate::board::Point| pos2(place.left() + point.x, place.top() + point.y);
        let (from, to) = (at(shape.from), at(shape.to));
        let label = Rect::from_min_max(at(shape.label.min), at(shape.label.max));
        let touched = label.union(Rect::from_two_pos(from, to)).expand(3.0);
        let response = ui.interact(touched, ui.id().with(("step", shape.step)), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, self.heard(step)));
        let marked = self.marked.contains(&step.key);
        let painter = ui.painter();
        if marked || response.hovered() || response.has_focus() {
            let fill = if marked { theme.selection } else { theme.hover };
            painter.rect_filled(touched, 4.0, fill);
        }
        let ink = if step.wrong { theme.error } else { theme.text };
        let stroke = Stroke::new(1.5, if step.wrong { theme.error } else { theme.link });
        match step.kind {
            StepKind::Note => {
                painter.circle_filled(from, 3.5, if step.wrong { theme.error } else { theme.secondary });
            }
            StepKind::Message(_) if step.from == step.to => {
                let low = vec2(0.0, 10.0);
                painter.line(vec![from, to, to + low, from + low], stroke);
            }
            StepKind::Message(kind) => {
                painter.line_segment([from, to], stroke);
                self.tip(painter, theme, shape, from, to, stroke);
                let paper = theme.paper(kind.row().token).fill;
                painter.circle(from, 4.0, paper, Stroke::new(1.0, mix(paper, Color32::BLACK, 0.35)));
            }
            StepKind::Answer => {
                painter.extend(egui::Shape::dashed_line(&[from, to], stroke, 5.0, 4.0));
                self.tip(painter, theme, shape, from, to, stroke);
            }
        }
        let mut job =
            egui::text::LayoutJob::simple(step.text.clone(), font.clone(), ink, label.width() + 1.0);
        job.wrap.max_rows = 1;
        job.wrap.break_anywhere = true;
        let galley = painter.layout_job(job);
        let corner = pos2(label.left(), label.center().y - galley.size().y * 0.5);
        painter.galley(corner, galley, ink);
        response.on_hover_text(self.heard(step)).clicked()
    }

    /// The arrow head, or the cross of what never arrived.
    fn tip(
        &self,
        painter: &egui::Painter,
        theme: &Theme,
        shape: &StepShape,
        from: egui::Pos2,
        to: egui::Pos2,
        stroke: Stroke,
    ) {
        if shape.lost {
            let cross = Stroke::new(2.0, theme.error);
            painter.line_segment([to + vec2(-5.0, -5.0), to + vec2(5.0, 5.0)], cross);
            painter.line_segment([to + vec2(-5.0, 5.0), to + vec2(5.0, -5.0)], cross);
            return;
        }
        let along = (to - from).normalized();
        let across = along.rot90();
        for side in [1.0, -1.0] {
            painter.line_segment([to, to - along * 8.0 + across * 4.0 * side], stroke);
        }
    }

    /// A step in a sentence, for the ear and the pointer.
    fn heard(&self, step: &Step) -> String {
        let name = |at: usize| self.lifelines.get(at).map_or(String::new(), |lifeline| words(&lifeline.name));
        let moment = (self.spoken)(step.sent);
        match (step.kind, step.arrived) {
            (StepKind::Note, _) => format!("{}: {} at {moment}", name(step.from), step.text),
            (_, Some(arrived)) => format!(
                "{} from {} to {}, {moment} – {}",
                step.text,
                name(step.from),
                name(step.to),
                (self.spoken)(arrived)
            ),
            (_, None) => {
                format!(
                    "{} from {} to {}, never arrived, {moment}",
                    step.text,
                    name(step.from),
                    name(step.to)
                )
            }
        }
    }
}
