//! Fonts: Inter for text, egui's own as fallbacks, Phosphor for icons.

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily};

use super::theme::{ICONS, STRONG};

const REGULAR: &[u8] = include_bytes!("../../assets/fonts/Inter-Regular.otf");
const SEMI_BOLD: &[u8] = include_bytes!("../../assets/fonts/Inter-SemiBold.otf");

/// Makes the fonts known to egui.
pub fn install(ctx: &egui::Context) {
    let mut fonts = FontDefinitions::default();
    egui_phosphor::add_to_fonts(&mut fonts, egui_phosphor::Variant::Regular);
    fonts.font_data.insert("inter".to_owned(), Arc::new(FontData::from_static(REGULAR)));
    fonts.font_data.insert("inter-strong".to_owned(), Arc::new(FontData::from_static(SEMI_BOLD)));
    let fallbacks = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let family = |first: &str| {
        let mut names = vec![first.to_owned()];
        names.extend(fallbacks.iter().cloned());
        names
    };
    fonts.families.insert(FontFamily::Proportional, family("inter"));
    fonts.families.insert(FontFamily::Name(STRONG.into()), family("inter-strong"));
    let mut icons = vec!["phosphor".to_owned()];
    icons.extend(fallbacks);
    fonts.families.insert(FontFamily::Name(ICONS.into()), icons);
    ctx.set_fonts(fonts);
}
