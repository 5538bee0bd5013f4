//! `isobar man`: the manual page, one for all subcommands.

use std::io::Write;

use super::{CliError, Exit, Subcommand};

/// Arguments of `isobar man`.
#[derive(clap::Args)]
pub(super) struct Man {}

impl Subcommand for Man {
    const NAME: &'static str = "man";
    const ABOUT: &'static str = "Print the manual page";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        let mut whole = super::whole_command();
        whole.build();
        let page = clap_mangen::Man::new(whole.clone());
        page.render_title(out)?;
        page.render_name_section(out)?;
        page.render_synopsis_section(out)?;
        page.render_description_section(out)?;
        page.render_options_section(out)?;
        writeln!(out, ".SH COMMANDS")?;
        for command in whole.get_subcommands().filter(|command| command.get_name() != "help") {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            writeln!(out, ".SS isobar {}\n{}", command.get_name().replace('-', "\\-"), escaped(&about))?;
            for argument in command.get_arguments().filter(|argument| argument.get_id() != "help") {
                let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
                writeln!(out, ".TP\n\\fB{}\\fR\n{}", escaped(&argument.to_string()), escaped(&help))?;
            }
        }
        writeln!(
            out,
            ".SH EXIT STATUS\n0 when all is fine, 1 when it found what it looks for, 2 on bad usage or bad input."
        )?;
        Ok(Exit::Fine)
    }
}

/// Text in which nothing is taken for a command of the page.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('-', "\\-");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}
