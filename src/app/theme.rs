//! The theme: colours, sizes and spacing from `assets/theme.ron`, and what egui makes of them.

use std::collections::BTreeMap;

use egui::{Color32, CornerRadius, FontFamily, FontId, Shadow, Stroke, TextStyle};
use serde::{Deserialize, Deserializer};

const TOKENS: &str = include_str!("../../assets/theme.ron");

/// The family of headings and sticky names.
pub const STRONG: &str = "strong";
/// The family of icons.
pub const ICONS: &str = "phosphor";

fn hex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Color32, D::Error> {
    let text = String::deserialize(deserializer)?;
    Color32::from_hex(&text).map_err(|_| serde::de::Error::custom(format!("`{text}` is not a colour")))
}

fn hexes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Color32>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let color = |text: &String| Color32::from_hex(text);
    let colors: Result<Vec<Color32>, _> = texts.iter().map(color).collect();
    colors.map_err(|_| serde::de::Error::custom("a series has something that is not a colour"))
}

macro_rules! palette {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// The colours of one theme.
        #[derive(Clone, Copy, Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Palette {
            $($(#[$doc])* #[serde(deserialize_with = "hex")] pub $name: Color32,)*
        }
    };
}
palette! {
    /// The paper of the canvas.
    canvas,
    /// The dots on it.
    dot,
    /// Bars and panels.
    chrome,
    /// Lines between them.
    hairline,
    /// The inside of fields.
    field,
    /// Under the pointer.
    hover,
    /// Text.
    text,
    /// Text that matters less.
    secondary,
    /// The one accent.
    accent,
    /// Behind what is selected.
    selection,
    /// Text on the accent.
    on_accent,
    /// Warnings.
    warning,
    /// Errors.
    error,
    /// All is well.
    fine,
    /// Links.
    link,
    /// Shadows.
    shadow,
    /// The stripes of what is down.
    stripe,
    /// The trail of a message.
    trail,
}

/// The colours of a sticky.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Paper {
    /// The paper.
    #[serde(deserialize_with = "hex")]
    pub fill: Color32,
    /// The ink.
    #[serde(deserialize_with = "hex")]
    pub text: Color32,
}

/// Text sizes in points.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Sizes {
    /// Running text.
    pub body: f32,
    /// Titles.
    pub title: f32,
    /// Text that matters less.
    pub secondary: f32,
    /// The smallest.
    pub small: f32,
    /// A sticky's name at 100 %.
    pub sticky: f32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tokens {
    light: Palette,
    dark: Palette,
    stickies: BTreeMap<String, Paper>,
    #[serde(deserialize_with = "hexes")]
    series: Vec<Color32>,
    /// Papers that people with any kind of colour vision tell apart.
    safe_stickies: BTreeMap<String, Paper>,
    type_sizes: Sizes,
    spacing: f32,
}

/// One theme.
#[derive(Clone, Debug)]
pub struct Theme {
    /// Dark or light.
    pub dark: bool,
    /// Its colours.
    pub colours: Palette,
    /// Text sizes.
    pub sizes: Sizes,
    /// The step of spacing in points.
    pub spacing: f32,
    /// The series of a chart, the largest first.
    pub series: Vec<Color32>,
    stickies: BTreeMap<String, Paper>,
}

impl std::ops::Deref for Theme {
    type Target = Palette;
    fn deref(&self) -> &Palette {
        &self.colours
    }
}

impl Theme {
    /// The light or the dark theme.
    #[must_use]
    pub fn new(dark: bool) -> Self {
        Self::with_papers(dark, false)
    }

    /// The light or the dark theme, with the usual papers or those that people with any kind of colour vision tell
    /// apart.
    #[must_use]
    pub fn with_papers(dark: bool, safe: bool) -> Self {
        let tokens: Tokens =
            ron::from_str(TOKENS).expect("the theme file is part of the program; a test reads it");
        Self {
            dark,
            colours: if dark { tokens.dark } else { tokens.light },
            sizes: tokens.type_sizes,
            spacing: tokens.spacing,
            series: tokens.series,
            stickies: if safe { tokens.safe_stickies } else { tokens.stickies },
        }
    }

    /// The colours of a sticky token.
    #[must_use]
    pub fn paper(&self, token: &str) -> Paper {
        self.stickies.get(token).copied().unwrap_or(Paper { fill: self.chrome, text: self.text })
    }

    /// A font of the strong family.
    #[must_use]
    pub fn strong(size: f32) -> FontId {
        FontId::new(size, FontFamily::Name(STRONG.into()))
    }

    /// A font of the icon family.
    #[must_use]
    pub fn icon(size: f32) -> FontId {
        FontId::new(size, FontFamily::Name(ICONS.into()))
    }

    /// A font of the ordinary family.
    #[must_use]
    pub fn plain(size: f32) -> FontId {
        FontId::proportional(size)
    }

    /// A title.
    #[must_use]
    pub fn title(&self, text: impl Into<String>) -> egui::RichText {
        egui::RichText::new(text).font(Self::strong(self.sizes.title)).color(self.text)
    }

    /// A heading over a section.
    #[must_use]
    pub fn heading(&self, text: impl Into<String>) -> egui::RichText {
        egui::RichText::new(text).font(Self::strong(self.sizes.small)).color(self.secondary)
    }

    /// Text that matters less.
    #[must_use]
    pub fn secondary(&self, text: impl Into<String>) -> egui::RichText {
        egui::RichText::new(text).size(self.sizes.body).color(self.secondary)
    }

    /// A hairline.
    #[must_use]
    pub fn line(&self) -> Stroke {
        Stroke::new(1.0, self.hairline)
    }

    /// Sets egui's style to this theme.
    pub fn apply(&self, ctx: &egui::Context) {
        let theme = if self.dark { egui::Theme::Dark } else { egui::Theme::Light };
        ctx.set_theme(theme);
        let mut style = (*ctx.style_of(theme)).clone();
        style.text_styles = BTreeMap::from([
            (TextStyle::Body, Self::plain(self.sizes.body)),
            (TextStyle::Button, Self::plain(self.sizes.body)),
            (TextStyle::Small, Self::plain(self.sizes.small)),
            (TextStyle::Heading, Self::strong(self.sizes.title)),
            (TextStyle::Monospace, FontId::monospace(self.sizes.secondary)),
        ]);
        style.animation_time = 0.1;
        style.interaction.selectable_labels = false;
        self.apply_spacing(&mut style.spacing);
        self.apply_visuals(&mut style.visuals);
        ctx.set_style_of(theme, style);
    }

    fn apply_spacing(&self, spacing: &mut egui::Spacing) {
        let step = self.spacing;
        spacing.item_spacing = egui::vec2(2.0 * step, 1.5 * step);
        spacing.button_padding = egui::vec2(2.0 * step, 1.25 * step);
        spacing.interact_size.y = 6.5 * step;
        spacing.menu_margin = egui::Margin::same(6);
        spacing.scroll = egui::style::ScrollStyle::thin();
    }

    fn apply_visuals(&self, visuals: &mut egui::Visuals) {
        let colours = &self.colours;
        visuals.dark_mode = self.dark;
        visuals.panel_fill = colours.chrome;
        visuals.window_fill = colours.chrome;
        visuals.window_stroke = self.line();
        visuals.window_corner_radius = CornerRadius::same(8);
        visuals.menu_corner_radius = CornerRadius::same(6);
        let shadow = Shadow { offset: [0, 4], blur: 20, spread: 0, color: colours.shadow };
        visuals.window_shadow = shadow;
        visuals.popup_shadow = Shadow { blur: 12, ..shadow };
        visuals.extreme_bg_color = colours.field;
        visuals.text_edit_bg_color = Some(colours.field);
        visuals.faint_bg_color = colours.field;
        visuals.code_bg_color = colours.field;
        visuals.hyperlink_color = colours.accent;
        visuals.warn_fg_color = colours.warning;
        visuals.error_fg_color = colours.error;
        visuals.weak_text_color = Some(colours.secondary);
        visuals.selection.bg_fill = colours.selection;
        visuals.selection.stroke = Stroke::new(1.0, colours.accent);
        visuals.text_cursor.stroke = Stroke::new(1.5, colours.accent);
        visuals.text_cursor.blink = false;
        let radius = CornerRadius::same(4);
        let states = [
            (&mut visuals.widgets.noninteractive, colours.chrome, colours.hairline, colours.text),
            (&mut visuals.widgets.inactive, colours.field, colours.hairline, colours.text),
            (&mut visuals.widgets.hovered, colours.hover, colours.hairline, colours.text),
            (&mut visuals.widgets.active, colours.selection, colours.accent, colours.text),
            (&mut visuals.widgets.open, colours.hover, colours.hairline, colours.text),
        ];
        for (state, fill, stroke, text) in states {
            state.bg_fill = fill;
            state.weak_bg_fill = fill;
            state.bg_stroke = Stroke::new(1.0, stroke);
            state.fg_stroke = Stroke::new(1.0, text);
            state.corner_radius = radius;
            state.expansion = 0.0;
        }
    }
}

/// Mixes two colours: 0 is `a`, 1 is `b`.
#[must_use]
pub fn mix(a: Color32, b: Color32, t: f32) -> Color32 {
    a.lerp_to_gamma(b, t)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance by WCAG 2.
    fn luminance(colour: Color32) -> f64 {
        let part = |byte: u8| {
            let c = f64::from(byte) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(colour.r()) + 0.7152 * part(colour.g()) + 0.0722 * part(colour.b())
    }

    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_stands_out_in_both_themes() {
        for dark in [false, true] {
            let theme = Theme::new(dark);
            for (name, ink, paper) in [
                ("text on chrome", theme.text, theme.chrome),
                ("text on canvas", theme.text, theme.canvas),
                ("text on field", theme.text, theme.field),
                ("text on selection", theme.text, theme.selection),
                ("secondary on chrome", theme.secondary, theme.chrome),
                ("secondary on canvas", theme.secondary, theme.canvas),
                ("accent on chrome", theme.accent, theme.chrome),
                ("accent on selection", theme.accent, theme.selection),
                ("text on accent", theme.on_accent, theme.accent),
                ("warning on chrome", theme.warning, theme.chrome),
                ("error on chrome", theme.error, theme.chrome),
                ("fine on chrome", theme.fine, theme.chrome),
            ] {
                let found = contrast(ink, paper);
                assert!(found >= 4.5, "{name}, dark {dark}: {found:.2}");
            }
            for (row, safe) in
                crate::board::notation::NOTATION.iter().flat_map(|row| [(row, false), (row, true)])
            {
                let theme = Theme::with_papers(dark, safe);
                let paper =
                    theme.stickies.get(row.token).unwrap_or_else(|| panic!("no colours for {}", row.token));
                let found = contrast(paper.fill, paper.text);
                assert!(found >= 4.5, "{}: {found:.2}", row.token);
            }
        }
    }

    /// Colour as those see it who lack one kind of cone, by Machado, Oliveira and Fernandes (2009): linear red, green,
    /// blue in, the same out.
    const COLOUR_VISIONS: [(&str, [[f64; 3]; 3]); 4] = [
        ("every cone", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        (
            "no long cones",
            [
                [0.152_286, 1.052_583, -0.204_868],
                [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ],
        ),
        (
            "no middle cones",
            [
                [0.367_322, 0.860_646, -0.227_968],
                [0.280_085, 0.672_501, 0.047_413],
                [-0.011_820, 0.042_940, 0.968_881],
            ],
        ),
        (
            "no short cones",
            [
                [1.255_528, -0.076_749, -0.178_779],
                [-0.078_411, 0.930_809, 0.147_602],
                [0.004_733, 0.691_367, 0.303_900],
            ],
        ),
    ];

    /// The colour in Oklab, in which distances are as large as they look.
    fn seen(colour: Color32, vision: &[[f64; 3]; 3]) -> [f64; 3] {
        let part = |byte: u8| {
            let c = f64::from(byte) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        let times = |m: &[[f64; 3]; 3], v: [f64; 3]| m.map(|row| (0..3).map(|i| row[i] * v[i]).sum::<f64>());
        let linear = [part(colour.r()), part(colour.g()), part(colour.b())];
        let linear = times(vision, linear).map(|part| part.clamp(0.0, 1.0));
        let cones = [
            [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
            [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
            [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
        ];
        let lab = [
            [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
            [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
            [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
        ];
        times(&lab, times(&cones, linear).map(f64::cbrt))
    }

    #[test]
    fn safe_papers_are_told_apart_with_any_colour_vision() {
        let theme = Theme::with_papers(false, true);
        // Free text lies on the canvas without paper.
        let papers: Vec<_> = theme.stickies.iter().filter(|(token, _)| *token != "text").collect();
        let mut usual = f64::INFINITY;
        for (vision, matrix) in &COLOUR_VISIONS {
            for (i, (token, paper)) in papers.iter().enumerate() {
                for (other, beside) in &papers[..i] {
                    let apart = |a: Color32, b: Color32| {
                        let (a, b) = (seen(a, matrix), seen(b, matrix));
                        (0..3).map(|i| (a[i] - b[i]).powi(2)).sum::<f64>().sqrt()
                    };
                    let found = apart(paper.fill, beside.fill);
                    assert!(found >= 0.075, "{token} and {other} with {vision}: {found:.3}");
                    let theme = Theme::new(false);
                    usual = usual.min(apart(theme.paper(token).fill, theme.paper(other).fill));
                }
            }
        }
        assert!(usual < 0.02, "were the usual papers as good, nobody would need others: {usual:.3}");
    }
}
