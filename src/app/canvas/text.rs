//! Texts on the canvas: fitted to their box once, laid out at few sizes, and scaled from there.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use egui::epaint::text::LayoutJob;
use egui::{Align, Color32, FontId, Galley};
use rustc_hash::{FxHashMap, FxHasher};

use crate::app::theme::Theme;

/// No text at 100 % is smaller than this, in points.
const SIZE_MIN: f32 = 9.0;

/// The box a text has to fit, in world units.
#[derive(Clone, Copy)]
pub(super) struct Fill {
    /// Its width.
    pub(super) w: f32,
    /// Its height.
    pub(super) h: f32,
    /// The largest size of the text.
    pub(super) size: f32,
    /// Lines are centred.
    pub(super) centred: bool,
}

/// How a text fits its box: the lines it breaks into, and its size in world units.
#[derive(Clone, Debug)]
struct Fit {
    lines: String,
    size: f32,
}

/// A text laid out, and the size of one of its points in world units.
#[derive(Clone)]
pub(super) struct Laid {
    /// The text.
    pub(super) galley: Arc<Galley>,
    /// Multiply by this and the zoom to get screen points.
    pub(super) unit: f32,
}

/// Texts fitted and laid out so far.
#[derive(Default)]
pub(super) struct TextCache {
    fits: FxHashMap<u64, Fit>,
    laid: FxHashMap<u64, Laid>,
    pixels_per_point: f32,
    options: Option<egui::epaint::TextOptions>,
    fill: f32,
}

fn key(parts: impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    parts.hash(&mut hasher);
    hasher.finish()
}

/// The zoom at which text is laid out for a given zoom: steps of √2, so that a text is laid out at few sizes.
fn step(zoom: f32) -> f32 {
    2f32.powf((zoom.log2() * 2.0).round() / 2.0)
}

fn job(text: &str, font: FontId, wrap: f32, halign: Align) -> LayoutJob {
    let mut job = LayoutJob::simple(text.to_owned(), font, Color32::PLACEHOLDER, wrap);
    job.halign = halign;
    job
}

impl TextCache {
    /// Forgets what was laid out when it is no longer in the font texture (the theme or the resolution changed, or
    /// the texture was full and begun afresh), or when too much was kept.
    pub(super) fn tidy(&mut self, ctx: &egui::Context) {
        let pixels_per_point = ctx.pixels_per_point();
        let (options, fill) = ctx.fonts(|fonts| (*fonts.options(), fonts.font_atlas_fill_ratio()));
        let afresh = fill < self.fill || self.options != Some(options);
        if afresh || (pixels_per_point - self.pixels_per_point).abs() > 1e-6 || self.laid.len() > 40_000 {
            self.pixels_per_point = pixels_per_point;
            self.options = Some(options);
            self.laid.clear();
        }
        if self.fits.len() > 200_000 {
            self.fits.clear();
        }
    }

    /// Notes how full the font texture is after painting.
    pub(super) fn painted(&mut self, ctx: &egui::Context) {
        self.fill = ctx.fonts(|fonts| fonts.font_atlas_fill_ratio());
    }

    /// A text broken and shrunk to fit a box, in the strong family; centred texts lie about their origin's x.
    pub(super) fn fitted(
        &mut self,
        ctx: &egui::Context,
        text: &str,
        fill: Fill,
        zoom: f32,
        exact: bool,
    ) -> Laid {
        let at = if exact { zoom } else { step(zoom) };
        let fit_key = key((text, fill.w.to_bits(), fill.h.to_bits(), fill.size.to_bits(), fill.centred));
        let laid_key = key((fit_key, at.to_bits(), 1u8));
        if let Some(laid) = self.laid.get(&laid_key) {
            return laid.clone();
        }
        let fit = self.fits.entry(fit_key).or_insert_with(|| fit(ctx, text, fill.w, fill.h, fill.size));
        let font = Theme::strong((fit.size * at).max(1.0));
        let halign = if fill.centred { Align::Center } else { Align::LEFT };
        let galley = ctx.fonts_mut(|fonts| fonts.layout_job(job(&fit.lines, font, f32::INFINITY, halign)));
        let laid = Laid { galley, unit: 1.0 / at };
        self.laid.insert(laid_key, laid.clone());
        laid
    }

    /// A single line in a given font at `font.size` world units.
    pub(super) fn line(
        &mut self,
        ctx: &egui::Context,
        text: &str,
        font: &FontId,
        zoom: f32,
        exact: bool,
    ) -> Laid {
        let at = if exact { zoom } else { step(zoom) };
        let laid_key = key((text, font.size.to_bits(), &font.family, at.to_bits(), 2u8));
        if let Some(laid) = self.laid.get(&laid_key) {
            return laid.clone();
        }
        let font = FontId::new((font.size * at).max(1.0), font.family.clone());
        let galley = ctx.fonts_mut(|fonts| fonts.layout_job(job(text, font, f32::INFINITY, Align::LEFT)));
        let laid = Laid { galley, unit: 1.0 / at };
        self.laid.insert(laid_key, laid.clone());
        laid
    }
}

/// Finds the largest size, and the line breaks, with which a text fits its box. Measured at a fixed scale, so that
/// breaks do not jump while zooming.
fn fit(ctx: &egui::Context, text: &str, w: f32, h: f32, size: f32) -> Fit {
    const SCALE: f32 = 2.0;
    ctx.fonts_mut(|fonts| {
        let mut size = size;
        loop {
            let font = Theme::strong(size * SCALE);
            let last = size <= SIZE_MIN;
            let mut widest_word = || {
                text.split_whitespace()
                    .map(|word| word.chars().take(80).collect::<String>())
                    .map(|word| fonts_width(fonts, &word, &font))
                    .fold(0.0, f32::max)
            };
            if last || widest_word() <= w * SCALE {
                let mut job = job(text, font.clone(), w * SCALE, Align::LEFT);
                if last {
                    let rows = (h * SCALE / fonts.row_height(&font)).floor().max(1.0);
                    #[expect(
                        clippy::cast_possible_truncation,
                        clippy::cast_sign_loss,
                        reason = "a handful of rows"
                    )]
                    {
                        job.wrap.max_rows = rows as usize;
                    }
                }
                let galley = fonts.layout_job(job);
                if last || galley.size().y <= h * SCALE {
                    return Fit { lines: lines(&galley), size };
                }
            }
            size = (size - 1.0).max(SIZE_MIN);
        }
    })
}

fn fonts_width(fonts: &mut egui::epaint::text::FontsView<'_>, word: &str, font: &FontId) -> f32 {
    fonts.layout_no_wrap(word.to_owned(), font.clone(), Color32::PLACEHOLDER).size().x
}

/// The rows of a galley as lines of text.
fn lines(galley: &Galley) -> String {
    let rows: Vec<String> = galley
        .rows
        .iter()
        .map(|row| row.row.glyphs.iter().map(|glyph| glyph.chr).collect::<String>())
        .collect();
    rows.iter().map(|row| row.trim_end()).collect::<Vec<_>>().join("\n")
}
