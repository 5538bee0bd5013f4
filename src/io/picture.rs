//! Pictures of a board as files: SVG, PNG at any scale, a page to pan and zoom, or its lines of text.

use std::path::Path;
use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::FileError;
use crate::board::Board;
use crate::interchange::lines;
use crate::scene::palette::Palette;
use crate::scene::{Scene, svg};

/// The largest PNG drawn, in pixels: 100 million are 400 MB while they are drawn.
const PIXELS_MAX: f64 = 1e8;
/// The widest and highest PNG drawn, in pixels.
const SIDE_MAX: f64 = 65_000.0;
/// The scale of a PNG that names none: sharp on a screen of twice the usual density.
pub const USUAL_SCALE: f32 = 2.0;

const REGULAR: &[u8] = include_bytes!("../../assets/fonts/Inter-Regular.otf");
const STRONG: &[u8] = include_bytes!("../../assets/fonts/Inter-SemiBold.otf");

/// What a picture is written as.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Format {
    /// Lines and letters, for documents and browsers.
    Svg,
    /// Pixels, so many a world unit.
    Png(f32),
    /// A page of its own to pan and zoom.
    Html,
    /// Lines such as `command: Pay -> service: Shop -> event: Paid`.
    Text,
}

/// A picture that cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The ending names no format.
    #[error("`{0}` is not a picture this can draw: name the file .svg, .png, .html or .txt")]
    Ending(String),
    /// The scale is none.
    #[error("a scale is a number above 0, such as 2")]
    Scale,
    /// It would be too large.
    #[error(
        "at scale {scale} the picture would be {width:.0} × {height:.0} pixels, too many to draw: use a scale of {fits:.2} or less, or .svg"
    )]
    TooLarge {
        /// The scale asked for.
        scale: f32,
        /// How wide it would be.
        width: f64,
        /// How high it would be.
        height: f64,
        /// The largest scale that fits.
        fits: f64,
    },
    /// It cannot be drawn or written.
    #[error("cannot draw the picture: {0}")]
    Drawing(String),
    /// The file cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Format {
    /// The format a file's name asks for: by its ending, and for `board@3x.png` at three times the size.
    ///
    /// # Errors
    /// When the ending is of no picture.
    pub fn of_name(path: &Path) -> Result<Self, PictureError> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let scale = stem.rsplit_once('@').and_then(|(_, scale)| scale.strip_suffix('x')?.parse().ok());
        match ending.as_deref() {
            Some("svg") => Ok(Self::Svg),
            Some("png") => Ok(Self::Png(scale.unwrap_or(USUAL_SCALE))),
            Some("html" | "htm") => Ok(Self::Html),
            Some("txt") => Ok(Self::Text),
            other => Err(PictureError::Ending(other.map_or_else(String::new, |ending| format!(".{ending}")))),
        }
    }
}

/// A board as a picture.
///
/// # Errors
/// When it would be too large.
pub fn draw(board: &Board, format: Format, dark: bool) -> Result<Vec<u8>, PictureError> {
    let picture = || svg::write(&Scene::of(board), board.title(), &Palette::new(dark));
    Ok(match format {
        Format::Svg => picture().into_bytes(),
        Format::Html => svg::page(&picture(), board.title()).into_bytes(),
        Format::Text => lines::write(board, None).into_bytes(),
        Format::Png(scale) => png(&picture(), scale)?,
    })
}

/// Draws a board as a picture and writes it whole or not at all.
///
/// # Errors
/// When it would be too large, or the file cannot be written.
pub fn export(board: &Board, path: &Path, format: Format, dark: bool) -> Result<(), PictureError> {
    Ok(super::write_atomically(path, &draw(board, format, dark)?)?)
}

/// The icon of the program as it stands in a window's title: `side` × `side` pixels, four bytes each (red, green, blue,
/// alpha, not premultiplied); none when it cannot be drawn.
#[must_use]
pub fn icon(side: u32) -> Option<Vec<u8>> {
    let tree = Tree::from_str(include_str!("../../packaging/linux/isobar.svg"), &Options::default()).ok()?;
    let mut pixels = Pixmap::new(side, side)?;
    #[expect(clippy::cast_precision_loss, reason = "an icon has few pixels")]
    let scale = side as f32 / tree.size().width();
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    let colours = pixels.pixels().iter().map(|pixel| pixel.demultiply());
    Some(colours.flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()]).collect())
}

/// An SVG picture of ours as a PNG of so many pixels a unit.
///
/// # Errors
/// When the scale is none, or the picture would be too large.
pub fn png(svg: &str, scale: f32) -> Result<Vec<u8>, PictureError> {
    if !scale.is_finite() || scale <= 0.0 {
        return Err(PictureError::Scale);
    }
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(REGULAR.to_vec());
    fonts.load_font_data(STRONG.to_vec());
    // The fonts of the house have Latin, Greek and Cyrillic letters; others come from the machine.
    if svg.chars().any(|c| c as u32 > 0x052f && !('\u{2000}'..='\u{22ff}').contains(&c)) {
        fonts.load_system_fonts();
    }
    let options = Options { fontdb: Arc::new(fonts), font_family: "Inter".to_owned(), ..Options::default() };
    let failed = |error: String| PictureError::Drawing(error);
    let tree = Tree::from_str(svg, &options).map_err(|error| failed(error.to_string()))?;
    let (w, h) = (f64::from(tree.size().width()), f64::from(tree.size().height()));
    let (width, height) = ((w * f64::from(scale)).ceil(), (h * f64::from(scale)).ceil());
    if width * height > PIXELS_MAX || width.max(height) > SIDE_MAX {
        let fits = (PIXELS_MAX / (w * h)).sqrt().min(SIDE_MAX / w.max(h));
        return Err(PictureError::TooLarge { scale, width, height, fits: (fits * 100.0).floor() / 100.0 });
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked against the largest side"
    )]
    let pixels = Pixmap::new((width as u32).max(1), (height as u32).max(1));
    let mut pixels = pixels.ok_or_else(|| failed("there is not enough memory".to_owned()))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::{Id, Point, Sticky, StickyId, notation::NOTATION};
    use crate::scene::svg::MARGIN;

    fn board() -> Board {
        let mut board = Board::default();
        for (n, row) in (0u16..).zip(&NOTATION) {
            let at = Point::new(f32::from(n % 4) * 150.0, f32::from(n / 4) * 130.0);
            let sticky = Sticky { kind: row.kind, name: "Paid".to_owned(), at, ..Sticky::default() };
            board.stickies.insert(StickyId(Id::new(0, u32::from(n))), sticky);
        }
        board
    }

    #[test]
    fn a_png_shows_every_sticky_where_the_screen_does_in_its_colour_at_any_scale() {
        let board = board();
        let scene = Scene::of(&board);
        let palette = Palette::new(false);
        let bounds = scene.bounds.unwrap();
        for scale in [0.5, 1.0, 2.0, 3.0] {
            let bytes = draw(&board, Format::Png(scale), false).unwrap();
            let image = Pixmap::decode_png(&bytes).unwrap();
            let expected = (bounds.width() + 2.0 * MARGIN) * scale;
            assert!((image.width() as f32 - expected).abs() <= 1.0, "{} for {expected}", image.width());
            let colour = |x: f32, y: f32| {
                let pixel = |at: f32, low: f32| ((at - low + MARGIN) * scale) as u32;
                let pixel = image.pixel(pixel(x, bounds.min.x), pixel(y, bounds.min.y)).unwrap();
                format!("#{:02X}{:02X}{:02X}", pixel.red(), pixel.green(), pixel.blue())
            };
            for shape in scene.stickies.iter().filter(|shape| shape.token != "text" && shape.turn == 0.0) {
                // Near a corner, where no letter is.
                let (x, y) = (shape.rect.min.x + 8.0, shape.rect.max.y - 8.0);
                assert_eq!(colour(x, y), palette.paper(shape.token).0.to_uppercase(), "{:?}", shape.kind);
            }
            assert_eq!(
                colour(bounds.min.x - 20.0, bounds.min.y - 20.0),
                palette.get("canvas").to_uppercase()
            );
        }
    }

    #[test]
    fn the_icon_has_the_paper_in_its_middle_and_nothing_in_its_corners() {
        let side = 64;
        let pixels = icon(side).unwrap();
        assert_eq!(pixels.len(), 64 * 64 * 4);
        let at = |x: usize, y: usize| &pixels[(y * 64 + x) * 4..][..4];
        assert_eq!(at(0, 0)[3], 0);
        assert_eq!(at(32, 8), [0xF7, 0xF6, 0xF3, 0xFF]);
    }

    #[test]
    fn letters_are_drawn_without_any_font_of_the_machine() {
        let mut board = board();
        let drawn = |board: &Board| draw(board, Format::Png(1.0), false).unwrap();
        let with = drawn(&board);
        board.stickies.values_mut().for_each(|sticky| sticky.name = "·".to_owned());
        assert_ne!(with, drawn(&board));
    }

    #[test]
    fn the_name_tells_the_format_and_what_cannot_be_drawn_is_refused_with_a_cure() {
        let of = |name: &str| Format::of_name(Path::new(name));
        assert_eq!(of("a/board.SVG").unwrap(), Format::Svg);
        assert_eq!(of("board@3x.png").unwrap(), Format::Png(3.0));
        assert_eq!(of("b@0.5x.png").unwrap(), Format::Png(0.5));
        assert_eq!(of("board.png").unwrap(), Format::Png(2.0));
        assert_eq!(of("lines.txt").unwrap(), Format::Text);
        assert!(of("a.bmp").unwrap_err().to_string().contains(".png"));
        let error = draw(&board(), Format::Png(1e4), false).unwrap_err().to_string();
        assert!(error.contains("use a scale of"), "{error}");
        for scale in [0.0, -1.0, f32::NAN] {
            assert!(draw(&board(), Format::Png(scale), false).is_err());
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("board.png");
        export(&Board::default(), &path, Format::of_name(&path).unwrap(), true).unwrap();
        assert!(
            Pixmap::decode_png(&std::fs::read(path).unwrap()).is_ok(),
            "even an empty board is a picture"
        );
    }
}
