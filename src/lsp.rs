//! A language server: what an editor is told of the policies that are open in it. Texts are read and checked by whoever runs it.

mod actions;
mod client;
mod commands;
mod documents;
mod hover;
mod lenses;
mod position;
mod server;
mod uri;
mod view;
mod wire;

use std::borrow::Cow;
use std::fmt;
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use crate::finding::{Finding, Problem};
use crate::lint::{Facts, Rule};
use crate::reference::Reference;
use crate::source::SourceId;

pub use position::{Encoding, Lines, Point};
pub use view::{DEPRECATED, UNNECESSARY};

/// What is read together.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The folder whose configuration holds, and that goes without saying in names.
    pub home: &'a Path,
    /// How much is read.
    pub extent: Extent<'a>,
    /// The texts that are open in the editor; they stand for the files.
    pub open: &'a [Open<'a>],
}

/// How much is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Extent<'a> {
    /// A folder with all below it.
    Tree(&'a Path),
    /// The files of a folder, without the folders in it.
    Folder(&'a Path),
    /// What is open, and nothing else.
    Alone,
}

/// A text that is open in the editor.
#[derive(Clone, Copy, Debug)]
pub struct Open<'a> {
    /// Its file; a URI, where it is of none.
    pub path: &'a Path,
    /// The text as it is in the editor.
    pub text: &'a str,
    /// Whether it is of a file.
    pub is_file: bool,
}

/// What was read and found.
pub struct Looked<'l, 'i, 's> {
    /// What was read, and what the rules look at.
    pub facts: &'l Facts<'i, 's>,
    /// What `check` reports of the texts that are open, in its order. What is suppressed is not among it.
    pub findings: &'l [Finding],
    /// Whether a text is what was read, so that it can be changed.
    pub is_as_read: &'l dyn Fn(SourceId) -> bool,
}

/// Who signs in.
#[derive(Clone, Copy, Debug)]
pub enum Caller<'c> {
    /// One of each kind.
    Everybody,
    /// One of those whom [`Desk::callers`] names.
    Named(&'c str),
    /// The holder of the token, or of the claims, in a file.
    File(&'c Path),
    /// The holder of a token with these claims, as JSON text.
    Claims(&'c str),
}

/// Why there is no answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// More would have to be read than can be at each key.
    TooLarge,
    /// The configuration cannot be read.
    Mistakes {
        /// Its file.
        file: PathBuf,
        /// The text of that.
        text: String,
        /// What is wrong in it, at places of the only text that was read.
        mistakes: Vec<Problem>,
    },
    /// Something else.
    Told {
        /// What is wrong.
        message: String,
        /// The remedy.
        help: Option<String>,
    },
}

/// What reads, checks and answers, as the command line does.
pub trait Desk {
    /// What is known of the services.
    fn reference(&self) -> &Reference;

    /// The rule of this name.
    fn rule(&self, name: &str) -> Option<&'static Rule>;

    /// Reads and checks, and shows what came of it.
    fn look(&mut self, scope: &Scope<'_>, then: &mut dyn FnMut(&Looked<'_, '_, '_>)) -> Result<(), Trouble>;

    /// What `who` prints of a role, by its ARN or name.
    fn who(&mut self, scope: &Scope<'_>, role: &str) -> Result<String, Trouble>;

    /// The phrases for those who can sign in, and the files with tokens or claims.
    fn callers(&mut self, scope: &Scope<'_>) -> Result<Vec<String>, Trouble>;

    /// What `simulate` prints of a caller who wants a role.
    fn simulate(&mut self, scope: &Scope<'_>, role: &str, caller: Caller<'_>) -> Result<String, Trouble>;
}

/// Serves an editor until it ends the server, or goes away. Gives whether it ended in the order that the protocol asks for.
pub fn serve(desk: &mut dyn Desk, from: impl BufRead + Send + 'static, to: impl Write) -> io::Result<bool> {
    server::Server::new(desk, wire::Wire::new(from, to)).run()
}

impl Scope<'_> {
    /// Whether what is read under a name is open.
    pub fn is_open(&self, name: &str) -> bool {
        self.open.iter().any(|open| self.name_of(open.path) == name || open.path == Path::new(name))
    }

    /// The name of a file among what is read.
    pub fn name_of<'p>(&self, path: &'p Path) -> Cow<'p, str> {
        path.strip_prefix(self.home).unwrap_or(path).to_string_lossy()
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => f.write_str("too much to read at each key"),
            Self::Mistakes { file, text, mistakes } => {
                let Some(first) = mistakes.first() else { return f.write_str("the configuration cannot be read") };
                let place = Lines::of_file(text).point(text, first.span.start as usize, Encoding::Utf16);
                write!(f, "{}:{}:{}: {}", file.display(), place.line + 1, place.column + 1, first.message)?;
                first.help.iter().try_for_each(|help| write!(f, "; {help}"))
            }
            Self::Told { message, help: None } => f.write_str(message),
            Self::Told { message, help: Some(help) } => write!(f, "{message}; {help}"),
        }
    }
}
