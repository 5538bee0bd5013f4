//! Pictures: few, small, and only where a Vulkan adapter (a software one will do) can paint them.

use egui::{Key, Modifiers};

use super::kit::{Folder, open, press};

#[test]
fn the_board_is_painted_in_both_themes() {
    let folder = Folder::new();
    let mut harness = open(Some(&folder.board()));
    for name in ["light", "dark"] {
        match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| harness.render())) {
            Ok(Ok(image)) => {
                let colours: std::collections::BTreeSet<[u8; 4]> =
                    image.pixels().map(|pixel| pixel.0).collect();
                assert!(colours.len() > 50, "{name}: only {} colours", colours.len());
                // The paper of an event is somewhere in the picture.
                assert!(colours.contains(&[0xFF, 0xB3, 0x5C, 0xFF]), "{name}");
            }
            _ => println!(
                "skipped: no Vulkan adapter. On Debian, `apt install mesa-vulkan-drivers` brings a software one"
            ),
        }
        press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::T);
    }
}
