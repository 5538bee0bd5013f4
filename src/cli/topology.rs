//! `isobar topology`: the derived graph, its matrix, and what can be asked of it.

mod questions;

use std::collections::BTreeSet;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::{CliError, Exit, Subcommand};
use crate::board::{Board, EventClass, Visibility};
use crate::io;
use crate::io::picture;
use crate::scene::diagram::{Arrangement, Diagram, svg};
use crate::scene::palette::Palette;
use crate::topology::affected::Change;
use crate::topology::filter::Filter;
use crate::topology::focus::{Neighbours, part};
use crate::topology::graph::Graph;
use crate::topology::grouping::{Grouping, Groups};
use crate::topology::matrix::Matrix;
use crate::topology::projection::{View, project_kept};
use crate::topology::{derive, text};

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Dot,
    Mermaid,
    Svg,
    Png,
}

impl Format {
    /// The format a file's name asks for.
    fn of_name(path: &Path) -> Result<Self, CliError> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("txt") => Ok(Self::Text),
            Some("json") => Ok(Self::Json),
            Some("dot" | "gv") => Ok(Self::Dot),
            Some("mmd" | "mermaid") => Ok(Self::Mermaid),
            Some("svg") => Ok(Self::Svg),
            Some("png") => Ok(Self::Png),
            _ => Err(CliError(format!(
                "`{}` names no format: give --format, or a name that ends in .svg, .png, .json, .dot, .mmd or .txt",
                path.display()
            ))),
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum LayoutName {
    Flow,
    Forces,
}

#[derive(Clone, Copy, ValueEnum)]
enum GroupName {
    None,
    Frames,
    Teams,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ViewName {
    Events,
    Services,
    Runtime,
    Teams,
    Matrix,
}

impl From<ViewName> for View {
    fn from(name: ViewName) -> Self {
        match name {
            ViewName::Events => Self::Events,
            ViewName::Services | ViewName::Matrix => Self::Services,
            ViewName::Runtime => Self::Runtime,
            ViewName::Teams => Self::Teams,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum ClassName {
    Domain,
    Component,
    CustomerInteraction,
    Analytics,
}

#[derive(Clone, Copy, ValueEnum)]
enum VisibilityName {
    Public,
    Private,
}

#[derive(Clone, Copy, ValueEnum)]
enum ChangeName {
    Changes,
    Down,
    Silent,
}

impl From<ChangeName> for Change {
    fn from(name: ChangeName) -> Self {
        match name {
            ChangeName::Changes => Self::Changes,
            ChangeName::Down => Self::Down,
            ChangeName::Silent => Self::Silent,
        }
    }
}

/// Arguments of `isobar topology`.
#[derive(clap::Args)]
pub(super) struct Topology {
    /// The board; `-` reads standard input
    board: PathBuf,
    /// What to show: messages and channels, services by dependency, what waits at run time, teams, or services as a
    /// dependency structure matrix
    #[arg(long, value_enum, default_value = "events")]
    view: ViewName,
    /// How to print it; text when neither this nor the file's name says otherwise
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Where to write it; standard output when not given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Pixels of a PNG a unit of the picture; 2 when not given
    #[arg(long, value_name = "NUMBER")]
    scale: Option<f32>,
    /// Which nodes a picture draws together
    #[arg(long, value_enum, default_value = "frames")]
    group: GroupName,
    /// How a picture places nodes: left to right by flow, or by forces
    #[arg(long, value_enum, default_value = "flow")]
    layout: LayoutName,
    /// A picture in the colours of the dark theme
    #[arg(long)]
    dark: bool,
    /// Only what services of this team exchange; may be given several times
    #[arg(long, value_name = "NAME")]
    team: Vec<String>,
    /// Only what is exchanged in the frame of this name; may be given several times
    #[arg(long, value_name = "NAME")]
    frame: Vec<String>,
    /// Only events of this class; may be given several times
    #[arg(long, value_enum)]
    class: Vec<ClassName>,
    /// Only events of this visibility
    #[arg(long, value_enum)]
    visibility: Vec<VisibilityName>,
    /// Only what has this in its name, and what is near
    #[arg(long, value_name = "TEXT")]
    find: Option<String>,
    /// Only this service, message, channel or actor, and what is near
    #[arg(long, value_name = "NAME", conflicts_with = "find")]
    focus: Option<String>,
    /// How many steps away is near
    #[arg(long, value_name = "N", default_value_t = 1)]
    hops: usize,
    /// The shortest chain of cause from one to the other; exit code 1 when there is none
    #[arg(long, num_args = 2, value_names = ["FROM", "TO"])]
    path: Option<Vec<String>>,
    /// Who is affected when something happens to this one
    #[arg(long, value_name = "NAME", conflicts_with = "path")]
    affected_by: Option<String>,
    /// What happens to it: its contract changes, it is down, or it no longer publishes
    #[arg(long = "if", value_enum, default_value = "down", requires = "affected_by")]
    change: ChangeName,
}

impl Subcommand for Topology {
    const NAME: &'static str = "topology";
    const ABOUT: &'static str =
        "Print the publisher/subscriber graph a board implies, or ask it who is affected by what";

    fn run(self, out: &mut dyn Write) -> Result<Exit, CliError> {
        let format = match (self.format, &self.out) {
            (Some(format), _) => format,
            (None, Some(path)) => Format::of_name(path)?,
            (None, None) => Format::Text,
        };
        if self.scale.is_some() && format != Format::Png {
            return Err(CliError("only a PNG has a scale: give --format png or a file named .png".into()));
        }
        let Some(path) = &self.out else {
            if format == Format::Png && std::io::stdout().is_terminal() {
                return Err(CliError("a PNG is nothing to read here: give --out FILE.png".into()));
            }
            return self.print(format, out);
        };
        let mut bytes = Vec::new();
        let exit = self.print(format, &mut bytes)?;
        io::write_atomically(path, &bytes)?;
        Ok(exit)
    }
}

impl Topology {
    fn print(&self, format: Format, out: &mut dyn Write) -> Result<Exit, CliError> {
        let board = io::load(&self.board)?.board;
        let topology = derive(&board);
        let asked = questions::Asked { board: &board, topology: &topology, json: format == Format::Json };
        if self.path.is_some() || self.affected_by.is_some() {
            if !matches!(format, Format::Text | Format::Json) {
                return Err(CliError(
                    "an answer is printed as text or JSON: give --format text or json".into(),
                ));
            }
            return match (&self.path, &self.affected_by) {
                (Some(ends), _) => asked.path(&ends[0], &ends[1], out),
                (None, Some(name)) => asked.affected(name, self.change.into(), out),
                (None, None) => Ok(Exit::Fine),
            };
        }
        let filter = self.filter(&board)?;
        let view = View::from(self.view);
        let whole = filter.is_empty() && self.focus.is_none() && self.find.is_none();
        let mut graph = project_kept(&board, &topology, view, &filter.keep(&board, &topology));
        if let Some(centre) = self.centre(&asked, &graph)? {
            graph = part(&graph, &Neighbours::of(&graph).within(&centre, self.hops));
        }
        if self.view == ViewName::Matrix {
            let matrix = Matrix::of(&graph);
            match format {
                Format::Text => write!(out, "{}", matrix.in_words())?,
                Format::Json => writeln!(out, "{:#}", matrix.to_json())?,
                Format::Dot | Format::Mermaid | Format::Svg | Format::Png => {
                    return Err(CliError(
                        "a matrix is no graph: print it as text or json, or take --view services".into(),
                    ));
                }
            }
            return Ok(Exit::Fine);
        }
        match format {
            Format::Text if view == View::Events && whole => {
                write!(out, "{}", text::in_words(&board, &topology))?;
            }
            Format::Text => write!(out, "{}", text::graph_in_words(&graph))?,
            Format::Json => writeln!(out, "{:#}", text::graph_json(&graph))?,
            Format::Dot => write!(out, "{}", text::graph_dot(&graph, board.title()))?,
            Format::Mermaid => write!(out, "{}", text::graph_mermaid(&graph))?,
            Format::Svg => write!(out, "{}", self.picture(&board, &topology, &graph))?,
            Format::Png => {
                let bytes = picture::png(
                    &self.picture(&board, &topology, &graph),
                    self.scale.unwrap_or(picture::USUAL_SCALE),
                );
                out.write_all(&bytes.map_err(|error| CliError(error.to_string()))?)?;
            }
        }
        Ok(Exit::Fine)
    }

    /// The graph as SVG.
    fn picture(&self, board: &Board, topology: &crate::topology::Topology, graph: &Graph) -> String {
        let grouping = match self.group {
            GroupName::None => Grouping::None,
            GroupName::Frames => Grouping::Frames,
            GroupName::Teams => Grouping::Teams,
        };
        let arrangement = match self.layout {
            LayoutName::Flow => Arrangement::Flow,
            LayoutName::Forces => Arrangement::Forces,
        };
        let groups = Groups::of(board, topology, graph, grouping);
        let picture = Diagram::of(graph, &groups, arrangement, None);
        svg::write(&picture, board.title(), &Palette::new(self.dark))
    }

    fn filter(&self, board: &Board) -> Result<Filter, CliError> {
        let mut frames = BTreeSet::new();
        for name in &self.frame {
            let found = board.frames.iter().filter(|(_, frame)| frame.name == *name).map(|(id, _)| *id);
            let before = frames.len();
            frames.extend(found);
            if frames.len() == before {
                let known = board.frames.values().map(|frame| frame.name.as_str());
                return Err(questions::unknown("frame", name, known));
            }
        }
        let teams = || board.services.values().map(|service| service.team.as_str());
        if let Some(name) = self.team.iter().find(|name| !teams().any(|team| team == name.as_str())) {
            return Err(questions::unknown("team", name, teams()));
        }
        let class = |name: &ClassName| match name {
            ClassName::Domain => EventClass::Domain,
            ClassName::Component => EventClass::Component,
            ClassName::CustomerInteraction => EventClass::CustomerInteraction,
            ClassName::Analytics => EventClass::Analytics,
        };
        let visibility = |name: &VisibilityName| match name {
            VisibilityName::Public => Visibility::Public,
            VisibilityName::Private => Visibility::Private,
        };
        Ok(Filter {
            teams: self.team.iter().cloned().collect(),
            frames,
            classes: self.class.iter().map(class).collect(),
            visibilities: self.visibility.iter().map(visibility).collect(),
        })
    }

    /// The nodes to stay near to; none when the whole graph is wanted.
    fn centre(
        &self,
        asked: &questions::Asked<'_>,
        graph: &Graph,
    ) -> Result<Option<BTreeSet<petgraph::graph::NodeIndex>>, CliError> {
        let of = |keep: &dyn Fn(&crate::topology::GraphNode) -> bool| {
            graph.node_indices().filter(|at| keep(&graph[*at])).collect::<BTreeSet<_>>()
        };
        if let Some(text) = &self.find {
            let found = of(&|node| text::is_called(&node.name, text));
            if found.is_empty() {
                return Err(CliError(format!("nothing in this view has \"{text}\" in its name")));
            }
            return Ok(Some(found));
        }
        let Some(name) = &self.focus else { return Ok(None) };
        let team = of(&|node| node.subject.is_none() && node.name == *name);
        if !team.is_empty() {
            return Ok(Some(team));
        }
        let subjects = asked.named(name)?;
        let found = of(&|node| node.subject.is_some_and(|subject| subjects.contains(&subject)));
        if found.is_empty() {
            return Err(CliError(format!("{name} is on the board, but not in this view: try --view events")));
        }
        Ok(Some(found))
    }
}
