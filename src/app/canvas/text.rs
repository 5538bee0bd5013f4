//! Texts on the canvas: broken and shrunk to fit their box by the widths of letters, laid out at few sizes, a few a
//! frame, and scaled from there.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use egui::epaint::text::LayoutJob;
use egui::{Align, Color32, FontId, Galley};
use rustc_hash::{FxHashMap, FxHasher};

use super::fit::{Fit, Letters, fit};
use crate::app::theme::Theme;

/// Texts laid out in one frame: those beyond it are drawn as they were laid out before, or a frame later.
const LAID_A_FRAME: usize = 40;
/// The first frame of a board shows most of it at once.
const LAID_AT_FIRST: usize = 160;
/// When more texts than this are kept, those not drawn lately are forgotten.
const KEPT_MAX: usize = 6_000;
/// What was drawn this many frames ago was drawn lately.
const LATELY: u64 = 90;
/// When more fits than this are kept, all are forgotten: they are cheap to find again.
const FITS_MAX: usize = 100_000;

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

/// A text laid out, and the size of one of its points in world units.
#[derive(Clone)]
pub(super) struct Laid {
    /// The text.
    pub(super) galley: Arc<Galley>,
    /// Multiply by this and the zoom to get screen points.
    pub(super) unit: f32,
}

/// A text laid out, and the frame it was drawn in last.
struct Kept {
    laid: Laid,
    drawn: u64,
}

/// Texts fitted and laid out so far.
#[derive(Default)]
pub(super) struct TextCache {
    letters: Letters,
    fits: FxHashMap<u64, Fit>,
    laid: FxHashMap<u64, Kept>,
    /// How each fitted text was laid out last.
    latest: FxHashMap<u64, u64>,
    frame: u64,
    /// How many more may be laid out in this frame.
    left: usize,
    /// Some had to wait.
    waiting: bool,
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

fn job(text: &str, font: FontId, halign: Align) -> LayoutJob {
    let mut job = LayoutJob::simple(text.to_owned(), font, Color32::PLACEHOLDER, f32::INFINITY);
    job.halign = halign;
    job
}

impl TextCache {
    /// Begins a frame. Forgets what was laid out when it is no longer in the font texture (the theme or the resolution
    /// changed, or the texture was full and begun afresh), and what was not drawn lately when much is kept.
    pub(super) fn tidy(&mut self, ctx: &egui::Context) {
        let pixels_per_point = ctx.pixels_per_point();
        let (options, fill) = ctx.fonts(|fonts| (*fonts.options(), fonts.font_atlas_fill_ratio()));
        let afresh = fill < self.fill || self.options != Some(options);
        if afresh || (pixels_per_point - self.pixels_per_point).abs() > 1e-6 {
            self.pixels_per_point = pixels_per_point;
            self.options = Some(options);
            self.laid.clear();
            self.latest.clear();
        }
        self.frame += 1;
        self.left = if self.laid.is_empty() { LAID_AT_FIRST } else { LAID_A_FRAME };
        self.waiting = false;
        if self.laid.len() > KEPT_MAX {
            let since = self.frame.saturating_sub(LATELY);
            self.laid.retain(|_, kept| kept.drawn > since);
            let laid = &self.laid;
            self.latest.retain(|_, at| laid.contains_key(at));
        }
        if self.fits.len() > FITS_MAX {
            self.fits.clear();
        }
    }

    /// Ends the laying out of a frame: notes how full the font texture is, and asks for a frame for what had to wait.
    pub(super) fn painted(&mut self, ctx: &egui::Context) {
        self.fill = ctx.fonts(|fonts| fonts.font_atlas_fill_ratio());
        if self.waiting {
            ctx.request_repaint();
        }
    }

    /// A text laid out before under this key.
    fn known(&mut self, key: u64) -> Option<Laid> {
        let kept = self.laid.get_mut(&key)?;
        kept.drawn = self.frame;
        Some(kept.laid.clone())
    }

    fn keep(&mut self, key: u64, laid: Laid) -> Laid {
        self.laid.insert(key, Kept { laid: laid.clone(), drawn: self.frame });
        laid
    }

    /// A text broken and shrunk to fit a box, in the strong family; centred texts lie about their origin's x. When
    /// many are new in this frame it may be as it was laid out for another zoom, or not there yet.
    pub(super) fn fitted(
        &mut self,
        ctx: &egui::Context,
        text: &str,
        fill: Fill,
        zoom: f32,
        exact: bool,
    ) -> Option<Laid> {
        let at = if exact { zoom } else { step(zoom) };
        let text_key = key(text);
        let fit_key = key((text_key, fill.w.to_bits(), fill.h.to_bits(), fill.size.to_bits(), fill.centred));
        let laid_key = key((fit_key, at.to_bits(), 1u8));
        if let Some(laid) = self.known(laid_key) {
            return Some(laid);
        }
        if self.left == 0 {
            self.waiting = true;
            let latest = *self.latest.get(&text_key)?;
            return self.known(latest);
        }
        self.left -= 1;
        let letters = &mut self.letters;
        let found = self.fits.entry(fit_key).or_insert_with(|| fit(ctx, letters, text, fill));
        let font = Theme::strong((found.size * at).max(1.0));
        let halign = if fill.centred { Align::Center } else { Align::LEFT };
        let galley = ctx.fonts_mut(|fonts| fonts.layout_job(job(&found.lines, font, halign)));
        self.latest.insert(text_key, laid_key);
        Some(self.keep(laid_key, Laid { galley, unit: 1.0 / at }))
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
        if let Some(laid) = self.known(laid_key) {
            return laid;
        }
        let font = FontId::new((font.size * at).max(1.0), font.family.clone());
        let galley = ctx.fonts_mut(|fonts| fonts.layout_job(job(text, font, Align::LEFT)));
        self.keep(laid_key, Laid { galley, unit: 1.0 / at })
    }
}
