//! The colours of pictures: the tokens of the theme file as text.

use std::collections::BTreeMap;

use serde::Deserialize;

const TOKENS: &str = include_str!("../../assets/theme.ron");

#[derive(Deserialize)]
struct Paper {
    fill: String,
    text: String,
}

/// The tokens pictures use; the theme file has more.
#[derive(Deserialize)]
struct Colours {
    canvas: String,
    dot: String,
    hairline: String,
    text: String,
    secondary: String,
    link: String,
    warning: String,
}

#[derive(Deserialize)]
struct Tokens {
    light: Colours,
    dark: Colours,
    stickies: BTreeMap<String, Paper>,
}

/// Colours by token, as `#RRGGBB`.
pub struct Palette {
    colours: Colours,
    stickies: BTreeMap<String, Paper>,
}

impl Palette {
    /// The colours of the light or the dark theme.
    #[must_use]
    pub fn new(dark: bool) -> Self {
        let tokens: Tokens =
            ron::from_str(TOKENS).expect("the theme file is part of the program; a test reads it");
        Self { colours: if dark { tokens.dark } else { tokens.light }, stickies: tokens.stickies }
    }

    /// The colour of a token; black for one pictures do not use.
    #[must_use]
    pub fn get(&self, token: &str) -> &str {
        let colours = &self.colours;
        match token {
            "canvas" => &colours.canvas,
            "dot" => &colours.dot,
            "hairline" => &colours.hairline,
            "text" => &colours.text,
            "secondary" => &colours.secondary,
            "link" => &colours.link,
            "warning" => &colours.warning,
            _ => "#000000",
        }
    }

    /// The paper and the ink of a sticky token.
    #[must_use]
    pub fn paper(&self, token: &str) -> (&str, &str) {
        self.stickies.get(token).map_or(("#FFFFFF", "#000000"), |paper| (&paper.fill, &paper.text))
    }
}
