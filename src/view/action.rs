//! Everything a user can ask for, in one table: it feeds menus, palette, keys and help.

/// A user-visible command that needs no further words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// A board with nothing on it.
    New,
    /// Another board from disk.
    Open,
    /// A captured log to replay on the board.
    OpenLog,
    /// Writes the board.
    Save,
    /// Writes the board under another name.
    SaveAs,
    /// A board of another tool becomes one of ours.
    ImportDrawing,
    /// Asks for a folder of contracts.
    ImportFolder,
    /// The board as a picture file.
    ExportPicture,
    /// Copies the selection, or the board, as lines of text.
    CopyLines,
    /// Shows how the board came to be.
    Story,
    /// Takes back the newest step.
    Undo,
    /// Does it again.
    Redo,
    /// Copies the selection and removes it.
    Cut,
    /// Copies the selection.
    Copy,
    /// Puts a copy beside the selection.
    Duplicate,
    /// Removes the selection.
    Delete,
    /// Selects everything.
    SelectAll,
    /// Edits the name of the selected item.
    Rename,
    /// Edits the name of the selected sticky wherever it stands.
    RenameEverywhere,
    /// Makes the selected stickies show one definition.
    MergeNames,
    /// Draws a frame around the selection.
    FrameSelection,
    /// Links the selected stickies from left to right.
    ConnectSelected,
    /// Draws the selection above the rest.
    BringToFront,
    /// Draws the selection below the rest.
    SendToBack,
    /// Keeps the selection from being moved, or lets it go.
    Lock,
    /// Aligns left edges.
    AlignLeft,
    /// Aligns middles on a vertical line.
    AlignCenter,
    /// Aligns right edges.
    AlignRight,
    /// Aligns top edges.
    AlignTop,
    /// Aligns middles on a horizontal line.
    AlignMiddle,
    /// Aligns bottom edges.
    AlignBottom,
    /// Makes horizontal gaps equal.
    DistributeAcross,
    /// Makes vertical gaps equal.
    DistributeDown,
    /// Lays the board out by cause and effect.
    Arrange,
    /// Accepts every proposed link.
    AcceptProposals,
    /// Decides against every proposed link.
    IgnoreProposals,
    /// Proposes again what was decided against.
    ProposeAgain,
    /// Shows or hides the links proposed from the layout.
    ToggleProposals,
    /// Shows the whole board.
    Fit,
    /// Shows the selection.
    FitSelection,
    /// One screen point per world unit.
    ActualSize,
    /// Closer.
    ZoomIn,
    /// Further away.
    ZoomOut,
    /// Only what belongs to the big picture.
    LevelBigPicture,
    /// What belongs to the big picture and to process modelling.
    LevelProcess,
    /// Everything.
    LevelDesign,
    /// Finds names on the board.
    Find,
    /// Runs any action, goes to any sticky.
    Palette,
    /// Lists the keys.
    Shortcuts,
    /// Shows or hides frame times, commands and ids.
    Developer,
    /// Light or dark.
    ToggleTheme,
    /// Colours that people with any kind of colour vision tell apart.
    ToggleColours,
    /// Shows or hides the small map.
    ToggleMinimap,
    /// Shows or hides the advice.
    ToggleDrawer,
    /// Shows or hides the inspector.
    ToggleInspector,
    /// Bigger texts and buttons.
    InterfaceLarger,
    /// Smaller texts and buttons.
    InterfaceSmaller,
    /// Texts and buttons of the ordinary size.
    InterfaceOrdinary,
    /// The selecting tool.
    SelectTool,
    /// The panning tool.
    PanTool,
    /// The linking tool.
    ConnectTool,
    /// The framing tool.
    FrameTool,
    /// A pivotal-event line, at the pointer or right of the selection.
    PivotalLine,
    /// The voting tool, with the results so far.
    Voting,
    /// One vote for each selected sticky.
    Vote,
    /// Removes all votes.
    ClearVotes,
    /// Shows or hides the numbers of the narrative.
    ToggleNumbers,
    /// Starts or stops the timer.
    Timer,
    /// Walks through the frames.
    Present,
    /// The start screen.
    Start,
    /// The board.
    ShowBoard,
    /// The topology.
    ShowTopology,
    /// The simulation.
    ShowSimulate,
    /// The replay.
    ShowReplay,
    /// The contracts.
    ShowContracts,
}

/// Where an action belongs in menus and help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Files.
    File,
    /// Changes.
    Edit,
    /// Layout.
    Arrange,
    /// Looking.
    View,
    /// Tools.
    Tools,
    /// Working together.
    Workshop,
    /// Moving between workspaces.
    Go,
    /// Help.
    Help,
}

impl Group {
    /// Every group, in menu order.
    pub const ALL: [Self; 8] = [
        Self::File,
        Self::Edit,
        Self::Arrange,
        Self::View,
        Self::Tools,
        Self::Workshop,
        Self::Go,
        Self::Help,
    ];

    /// Its title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Edit => "Edit",
            Self::Arrange => "Arrange",
            Self::View => "View",
            Self::Tools => "Tools",
            Self::Workshop => "Workshop",
            Self::Go => "Go",
            Self::Help => "Help",
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct ActionRow {
    /// The action.
    pub action: Action,
    /// Where it belongs.
    pub group: Group,
    /// What it is called; ends in `…` when more is asked first.
    pub text: &'static str,
    /// Its keys, such as `Ctrl+Shift+Z`; empty for none.
    pub keys: &'static str,
    /// The name of its icon.
    pub icon: &'static str,
}

const fn row(
    action: Action,
    group: Group,
    text: &'static str,
    keys: &'static str,
    icon: &'static str,
) -> ActionRow {
    ActionRow { action, group, text, keys, icon }
}

/// Every action, in menu order.
pub const ACTIONS: &[ActionRow] = {
    use Action as A;
    use Group as G;
    &[
        row(A::New, G::File, "New board", "Ctrl+N", "file"),
        row(A::Open, G::File, "Open board…", "Ctrl+O", "folder"),
        row(A::OpenLog, G::File, "Open a captured log…", "Ctrl+Shift+O", "replay"),
        row(A::Save, G::File, "Save", "Ctrl+S", "save"),
        row(A::SaveAs, G::File, "Save as…", "Ctrl+Shift+S", "save"),
        row(A::ImportDrawing, G::File, "Import contracts or a board of another tool…", "", "folder"),
        row(A::ImportFolder, G::File, "Import a folder of contracts…", "", "folder"),
        row(A::ExportPicture, G::File, "Export picture…", "Ctrl+Shift+E", "save"),
        row(A::Start, G::File, "Start screen", "", "house"),
        row(A::Undo, G::Edit, "Undo", "Ctrl+Z", "undo"),
        row(A::Redo, G::Edit, "Redo", "Ctrl+Shift+Z", "redo"),
        row(A::Cut, G::Edit, "Cut", "Ctrl+X", "cut"),
        row(A::Copy, G::Edit, "Copy", "Ctrl+C", "copy"),
        row(A::CopyLines, G::Edit, "Copy as lines of text", "Ctrl+Shift+C", "copy"),
        row(A::Duplicate, G::Edit, "Duplicate", "Ctrl+D", "copy"),
        row(A::Delete, G::Edit, "Delete", "Delete", "trash"),
        row(A::SelectAll, G::Edit, "Select all", "Ctrl+A", "select-all"),
        row(A::Rename, G::Edit, "Rename", "F2", "pencil"),
        row(A::RenameEverywhere, G::Edit, "Rename everywhere", "Shift+F2", "pencil"),
        row(A::MergeNames, G::Edit, "Merge selected names into one…", "", "merge"),
        row(A::FrameSelection, G::Edit, "Frame the selection", "Ctrl+G", "frame"),
        row(A::ConnectSelected, G::Edit, "Link selected stickies", "Ctrl+L", "connect"),
        row(A::BringToFront, G::Edit, "Bring to front", "Ctrl+]", "front"),
        row(A::SendToBack, G::Edit, "Send to back", "Ctrl+[", "back"),
        row(A::Lock, G::Edit, "Lock or unlock", "Ctrl+Shift+L", "lock"),
        row(A::AlignLeft, G::Arrange, "Align left", "", "align-left"),
        row(A::AlignCenter, G::Arrange, "Align centers", "", "align-center"),
        row(A::AlignRight, G::Arrange, "Align right", "", "align-right"),
        row(A::AlignTop, G::Arrange, "Align top", "", "align-top"),
        row(A::AlignMiddle, G::Arrange, "Align middles", "", "align-middle"),
        row(A::AlignBottom, G::Arrange, "Align bottom", "", "align-bottom"),
        row(A::DistributeAcross, G::Arrange, "Distribute across", "", "distribute-across"),
        row(A::DistributeDown, G::Arrange, "Distribute down", "", "distribute-down"),
        row(A::Arrange, G::Arrange, "Arrange the board by cause and effect", "Ctrl+Shift+A", "arrange"),
        row(A::AcceptProposals, G::Arrange, "Accept all proposed links", "Ctrl+Shift+Enter", "check"),
        row(A::IgnoreProposals, G::Arrange, "Ignore all proposed links", "", "close"),
        row(A::ProposeAgain, G::Arrange, "Propose ignored links again", "", "undo"),
        row(A::ToggleProposals, G::Arrange, "Show or hide proposed links", "", "connect"),
        row(A::Fit, G::View, "Fit the board", "Shift+1", "fit"),
        row(A::FitSelection, G::View, "Zoom to selection", "Shift+2", "fit"),
        row(A::ActualSize, G::View, "Zoom to 100 %", "Shift+0", "zoom-in"),
        row(A::ZoomIn, G::View, "Zoom in", "Ctrl+=", "zoom-in"),
        row(A::ZoomOut, G::View, "Zoom out", "Ctrl+-", "zoom-out"),
        row(A::LevelBigPicture, G::View, "Show the big picture only", "Alt+1", "level"),
        row(A::LevelProcess, G::View, "Show the process level", "Alt+2", "level"),
        row(A::LevelDesign, G::View, "Show the design level: everything", "Alt+3", "level"),
        row(A::Find, G::View, "Find and replace…", "Ctrl+F", "find"),
        row(A::ToggleMinimap, G::View, "Show or hide the small map", "", "map"),
        row(A::ToggleDrawer, G::View, "Show or hide the advice", "Ctrl+J", "drawer"),
        row(A::ToggleInspector, G::View, "Show or hide the inspector", "Ctrl+I", "inspector"),
        row(A::ToggleTheme, G::View, "Light or dark", "Ctrl+Shift+T", "sun"),
        row(A::ToggleColours, G::View, "Colours safe for colour blindness", "", "palette"),
        row(A::InterfaceLarger, G::View, "Larger interface", "", "zoom-in"),
        row(A::InterfaceSmaller, G::View, "Smaller interface", "", "zoom-out"),
        row(A::InterfaceOrdinary, G::View, "Interface at 100 %", "", "zoom-in"),
        row(A::SelectTool, G::Tools, "Select", "V", "select"),
        row(A::PanTool, G::Tools, "Pan", "G", "pan"),
        row(A::ConnectTool, G::Tools, "Connect", "L", "connect"),
        row(A::FrameTool, G::Tools, "Frame", "F", "frame"),
        row(A::PivotalLine, G::Tools, "Pivotal line", "M", "line"),
        row(A::Voting, G::Workshop, "Dot voting and its results", "", "vote"),
        row(A::Vote, G::Workshop, "Vote for the selection", "Ctrl+Shift+V", "vote"),
        row(A::ClearVotes, G::Workshop, "Clear all votes", "", "vote"),
        row(A::ToggleNumbers, G::Workshop, "Number the narrative", "", "numbers"),
        row(A::Timer, G::Workshop, "Start or stop the timer", "", "timer"),
        row(A::Story, G::Workshop, "How the board came to be", "", "replay"),
        row(A::Present, G::Workshop, "Present frame by frame", "F5", "present"),
        row(A::ShowBoard, G::Go, "Board", "Ctrl+1", "frame"),
        row(A::ShowTopology, G::Go, "Topology", "Ctrl+2", "graph"),
        row(A::ShowSimulate, G::Go, "Simulate", "Ctrl+3", "play"),
        row(A::ShowReplay, G::Go, "Replay", "Ctrl+4", "replay"),
        row(A::ShowContracts, G::Go, "Contracts", "Ctrl+5", "contract"),
        row(A::Palette, G::Help, "Search or run…", "Ctrl+K", "find"),
        row(A::Shortcuts, G::Help, "Keyboard shortcuts", "?", "keyboard"),
        row(A::Developer, G::Help, "Frame times, commands and ids", "F12", "info"),
    ]
};

impl Action {
    /// Its row in the table.
    #[must_use]
    pub fn row(self) -> &'static ActionRow {
        ACTIONS.iter().find(|row| row.action == self).expect("every action has a row; a test keeps it so")
    }
}

/// How well `query` matches `text`: every letter in order, better when together and at the start of words; `None`
/// when a letter is missing. Case does not matter.
#[must_use]
pub fn match_score(query: &str, text: &str) -> Option<i32> {
    let text: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    let mut at = 0;
    let mut last: Option<usize> = None;
    let mut score = 0;
    for wanted in query.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase) {
        let found = (at..text.len()).find(|i| text[*i] == wanted)?;
        let starts_word = found == 0 || !text[found - 1].is_alphanumeric();
        score += match last {
            Some(previous) if previous + 1 == found => 6,
            _ if starts_word => 4,
            _ => 0,
        };
        score -= i32::try_from(found - at).unwrap_or(i32::MAX).min(8);
        last = Some(found);
        at = found + 1;
    }
    Some(score)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_belongs_to_one_action() {
        let mut keys: Vec<&str> =
            ACTIONS.iter().map(|row| row.keys).filter(|keys| !keys.is_empty()).collect();
        let letters = crate::board::notation::NOTATION.iter().filter_map(|row| row.shortcut);
        let letters: Vec<String> = letters.map(String::from).collect();
        keys.extend(letters.iter().map(String::as_str));
        keys.sort_unstable();
        let n = keys.len();
        keys.dedup();
        assert_eq!(n, keys.len());
    }

    #[test]
    fn every_action_has_a_row_of_its_own() {
        for row in ACTIONS {
            assert_eq!(row.action.row().text, row.text);
        }
    }

    #[test]
    fn matching_prefers_words_and_runs() {
        assert!(match_score("und", "Undo") > match_score("und", "Round and round"));
        assert_eq!(match_score("xyz", "Undo"), None);
        assert!(match_score("al", "Align left").is_some());
    }
}
