//! Latency, queues and availability over the run.

use egui::{Color32, Ui};
use egui_plot::{GridInput, GridMark, HLine, Line, Plot, PlotPoints, Span, VLine};

use crate::app::context::Cx;
use crate::app::theme::Theme;
use crate::app::workspaces::simulate::{Run, SimulateWorkspace, is_background, spoken_clock};
use crate::availability::{Limits, entry_report};
use crate::simulation::report::duration;
use crate::simulation::series::{EntryStretch, Stretch};

const GAP: f32 = 12.0;

/// A line of a plot.
struct Series {
    name: String,
    points: Vec<[f64; 2]>,
    color: Color32,
}

/// What a plot shows.
struct Chart<'a> {
    title: &'a str,
    series: Vec<Series>,
    /// Lines across, such as a prediction.
    levels: Vec<(String, f64, Color32)>,
    /// The least span of the vertical axis.
    bounds: (f64, f64),
    spoken: &'a dyn Fn(f64) -> String,
    /// Marks at whole numbers only, such as the powers of ten.
    whole: bool,
}

#[expect(clippy::cast_precision_loss, reason = "places on a plot")]
fn secs(nanos: u64) -> f64 {
    nanos as f64 / 1e9
}

/// The colours of several lines, told apart without red and green.
fn colors(theme: &Theme) -> [Color32; 6] {
    let paper = |token: &str| crate::app::theme::mix(theme.paper(token).fill, theme.text, 0.25);
    [theme.accent, paper("event"), paper("policy"), paper("read_model"), paper("external"), theme.secondary]
}

impl SimulateWorkspace {
    /// The plots; a click in one goes to that moment.
    pub(super) fn plots(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let theme = cx.theme;
        let Some(run) = &self.run else { return };
        let stretches = &run.recording.stretches;
        if stretches.is_empty() {
            ui.label(theme.secondary("The run is being worked out."));
            return;
        }
        let all =
            [latency(run, stretches, theme), depths(run, stretches, theme), availability(run, stretches, cx)];
        let charts: Vec<Chart<'_>> = all.into_iter().filter(|chart| !chart.series.is_empty()).collect();
        let count = charts.len().max(1) as f32;
        let width = (ui.available_width() - (count - 1.0) * GAP) / count;
        let mut seek = None;
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            for (at, chart) in charts.into_iter().enumerate() {
                ui.allocate_ui(egui::vec2(width, ui.available_height()), |ui| {
                    ui.vertical(|ui| {
                        heading(ui, theme, &chart);
                        seek = plot(ui, theme, run, at, chart).or(seek);
                    });
                });
            }
        });
        if let Some(time) = seek {
            self.seek_to(time);
            ui.request_repaint();
        }
    }
}

/// The title of a plot, with the names of its lines in their colours: a legend that hides nothing.
fn heading(ui: &mut Ui, theme: &Theme, chart: &Chart<'_>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.label(theme.heading(chart.title));
        let levels = chart.levels.iter().map(|(name, _, color)| (name, color, true));
        let lines = chart.series.iter().map(|series| (&series.name, &series.color, false));
        for (name, color, dashed) in lines.chain(levels) {
            let text = egui::RichText::new(name).size(theme.sizes.small).color(theme.secondary);
            let font = Theme::plain(theme.sizes.small);
            let wide = ui.painter().layout_no_wrap(name.to_string(), font, theme.secondary).size().x;
            // A line and its name stay together.
            if ui.available_size_before_wrap().x < wide + 22.0 {
                ui.end_row();
            }
            let (rect, _) = ui.allocate_exact_size(egui::vec2(14.0, 12.0), egui::Sense::hover());
            let (from, to) = (rect.left_center(), rect.right_center());
            let stroke = egui::Stroke::new(2.0, *color);
            if dashed {
                ui.painter().extend(egui::Shape::dashed_line(&[from, to], stroke, 4.0, 3.0));
            } else {
                ui.painter().line_segment([from, to], stroke);
            }
            ui.label(text);
        }
    });
    ui.add_space(4.0);
}

/// Marks of time that people count in, four or so of them.
fn moments(input: GridInput) -> Vec<GridMark> {
    const STEPS: [f64; 14] = [
        0.01, 0.1, 1.0, 5.0, 15.0, 60.0, 300.0, 600.0, 1_800.0, 3_600.0, 7_200.0, 21_600.0, 86_400.0,
        604_800.0,
    ];
    let (low, high) = input.bounds;
    let step = STEPS.into_iter().find(|step| (high - low) / step <= 4.5).unwrap_or((high - low) / 4.0);
    let first = (low / step).ceil();
    (0..6)
        .map(|at| (first + f64::from(at)) * step)
        .filter(|value| *value <= high - (high - low) * 0.06)
        .map(|value| GridMark { value, step_size: step })
        .collect()
}

/// Draws a plot; answers the moment that was clicked.
fn plot(ui: &mut Ui, theme: &Theme, run: &Run, at: usize, chart: Chart<'_>) -> Option<u64> {
    let length = secs(run.recording.length);
    let spoken = chart.spoken;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "moments of the run")]
    let clock = |at: f64| spoken_clock((at.max(0.0) * 1e9) as u64);
    let mut plot = Plot::new(("simulate-plot", at))
        .height(ui.available_height().max(60.0))
        .width(ui.available_width())
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_double_click_reset(false)
        .show_background(false)
        .include_x(0.0)
        .include_x(length)
        .include_y(chart.bounds.0)
        .include_y(chart.bounds.1)
        .link_cursor("simulate-plots", [true, false])
        .grid_color(theme.hairline)
        .x_axis_formatter(move |mark, _| clock(mark.value))
        .y_axis_formatter(move |mark, _| spoken(mark.value))
        .x_grid_spacer(moments)
        .y_axis_min_width(52.0);
    if chart.whole {
        #[expect(clippy::cast_possible_truncation, reason = "a few powers of ten")]
        let marks = |input: GridInput| {
            let (low, high) = (input.bounds.0.ceil() as i64, input.bounds.1.floor() as i64);
            (low..=high.min(low + 40)).map(|mark| GridMark { value: mark as f64, step_size: 1.0 }).collect()
        };
        plot = plot.y_grid_spacer(marks);
    }
    let body = egui::TextStyle::Body;
    ui.style_mut().text_styles.insert(body, Theme::plain(theme.sizes.small));
    let now = secs(run.simulation.now());
    let bands: Vec<(String, f64, f64)> = run
        .simulation
        .faults()
        .filter(|(fault, _)| !is_background(fault))
        .map(|(fault, _)| (fault.target.clone(), secs(fault.from), secs(fault.until).min(length)))
        .collect();
    let response = plot.show(ui, |plot| {
        for (_, from, until) in bands {
            let fill = theme.error.gamma_multiply(0.12);
            plot.span(Span::new("", from..=until).fill(fill).border_width(0.0));
        }
        for (name, level, color) in chart.levels {
            plot.hline(HLine::new(name, level).color(color).style(egui_plot::LineStyle::dashed_loose()));
        }
        for series in chart.series {
            plot.line(Line::new(series.name, PlotPoints::from(series.points)).color(series.color).width(1.5));
        }
        plot.vline(VLine::new("", now).color(theme.accent).width(1.0));
        plot.pointer_coordinate()
    });
    let title = chart.title.to_owned();
    response.response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Image, true, &title));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the run")]
    let moment = |at: f64| (at.clamp(0.0, length) * 1e9) as u64;
    response.inner.filter(|_| response.response.clicked()).map(|point| moment(point.x))
}

/// The points of one measure of one entry; stretches without an answer are left out.
fn points(
    stretches: &[Stretch],
    entry: usize,
    measure: impl Fn(&EntryStretch) -> Option<f64>,
) -> Vec<[f64; 2]> {
    let of = |stretch: &Stretch| Some([secs(stretch.time), measure(stretch.entries.get(entry)?)?]);
    stretches.iter().filter_map(of).collect()
}

/// The entries at which somebody waits for an answer.
fn asked(run: &Run) -> impl Iterator<Item = (usize, &str)> {
    let entries = run.simulation.entry_metrics().zip(run.simulation.entries_asked()).enumerate();
    entries.filter(|(_, (_, asked))| *asked).map(|(at, ((name, _), _))| (at, name))
}

#[expect(clippy::cast_precision_loss, reason = "places on a plot")]
fn latency<'a>(run: &Run, stretches: &[Stretch], theme: &Theme) -> Chart<'a> {
    let colors = colors(theme);
    let mut series = Vec::new();
    for (entry, name) in asked(run) {
        for (at, percentile) in ["p50", "p99"].into_iter().enumerate() {
            let of = |stretch: &EntryStretch| Some((stretch.latency?[2 * at].max(1) as f64 / 1e9).log10());
            series.push(Series {
                name: format!("{} {percentile}", crate::board::notation::words(name)),
                points: points(stretches, entry, of),
                color: colors[(2 * entry + at) % colors.len()],
            });
        }
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time within a run")]
    let spoken = &|log: f64| duration((10f64.powf(log) * 1e9).round() as u64);
    Chart {
        title: "Time to an answer",
        series: series.into_iter().filter(|series| !series.points.is_empty()).collect(),
        levels: Vec::new(),
        bounds: (-3.0, 0.0),
        spoken,
        whole: true,
    }
}

#[expect(clippy::cast_precision_loss, reason = "places on a plot")]
fn depths<'a>(run: &Run, stretches: &[Stretch], theme: &Theme) -> Chart<'a> {
    let colors = colors(theme);
    let mut series = Vec::new();
    for (at, channel) in run.simulation.channels().enumerate() {
        let depth = |stretch: &Stretch| Some([secs(stretch.time), *stretch.depths.get(at)? as f64]);
        let points: Vec<[f64; 2]> = stretches.iter().filter_map(depth).collect();
        if points.iter().any(|point| point[1] > 0.0) {
            let color = colors[series.len() % colors.len()];
            series.push(Series { name: channel.name.to_owned(), points, color });
        }
    }
    // The deepest tell the most; more lines than this are a knot.
    let most = |series: &Series| series.points.iter().map(|point| point[1]).fold(0.0, f64::max);
    series.sort_by(|a, b| most(b).total_cmp(&most(a)));
    series.truncate(colors.len());
    Chart {
        title: "Messages in channels",
        series,
        levels: Vec::new(),
        bounds: (0.0, 1.0),
        spoken: &|value| if value.fract() == 0.0 { format!("{value:.0}") } else { String::new() },
        whole: false,
    }
}

#[expect(clippy::cast_precision_loss, reason = "places on a plot")]
fn availability<'a>(run: &Run, stretches: &[Stretch], cx: &mut Cx<'_>) -> Chart<'a> {
    let (theme, topology) = (cx.theme, cx.topology());
    let colors = colors(theme);
    let (mut series, mut levels) = (Vec::new(), Vec::new());
    for (entry, name) in asked(run) {
        let of = |stretch: &EntryStretch| {
            let all = stretch.answered + stretch.failed;
            (all > 0).then(|| stretch.answered as f64 / all as f64)
        };
        let (words, color) = (crate::board::notation::words(name), colors[entry % colors.len()]);
        series.push(Series {
            name: format!("{words}, measured"),
            points: points(stretches, entry, of),
            color,
        });
        if let Some(at) = topology.entries().find(|entry| topology[*entry].name == name) {
            let report = entry_report(cx.document.board(), &topology, at, &Limits::default());
            levels.push((format!("{words}, predicted"), report.availability, color));
        }
    }
    Chart {
        title: "Answered without an error",
        series: series.into_iter().filter(|series| !series.points.is_empty()).collect(),
        levels,
        bounds: (0.9, 1.0),
        spoken: &|value| if value <= 1.000_001 { format!("{:.1} %", value * 100.0) } else { String::new() },
        whole: false,
    }
}
