//! What a run has read so far: the files, and the list that says of each where it comes from.
//!
//! At every moment the list on disk calls a file read only if that file is there, whole, and of this run. So a run that is cut off leaves
//! nothing that looks better than it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};

use super::call::{Call, CallError};
use super::folder::{Folder, Writing};
use super::names::is_inside;
use super::shape::{Shape, text};
use crate::policy;

/// The name of the list.
pub(super) const LIST: &str = "snapshot.json";

/// A snapshot in the making.
pub struct Snapshot {
    head: Head,
    /// Where the files go; none where they stay in memory.
    folder: Option<Folder>,
    /// What this run has to say of each file and call.
    entries: Entries,
    /// What the runs before had to say of what this one asks for again.
    before: Entries,
    /// Files that are read but not written yet.
    texts: BTreeMap<String, String>,
    /// Their entries are to be believed once they are written.
    unwritten: BTreeSet<Key>,
    /// Whether what the runs before have read is not asked for again.
    resume: bool,
    written_at: Instant,
    tally: Tally,
    tell: Box<dyn FnMut(&str)>,
}

/// What all of a snapshot has in common.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) account: String,
    pub(super) partition: String,
    pub(super) regions: Vec<String>,
    pub(super) parts: Vec<&'static str>,
}

/// A file and the call that it comes from.
type Key = (String, String);

/// What is known of files.
type Entries = BTreeMap<Key, Entry>;

/// What is known of a file.
#[derive(Clone, PartialEq, Debug)]
struct Entry {
    arguments: Map<String, Value>,
    region: Option<String>,
    /// Since when it is so.
    time: String,
    state: State,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum State {
    Read,
    /// There is no such thing.
    Nothing,
    NotReadable(String),
}

/// What came of the files.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Tally {
    /// Files that were not there before.
    pub new: usize,
    /// Files with another content than before.
    pub changed: usize,
    /// Files of which the thing is gone, or can no longer be read.
    pub removed: usize,
    /// Files with the content that they had.
    pub same: usize,
}

/// A snapshot that is done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Done {
    /// What came of the files.
    pub tally: Tally,
    /// The calls that gave no answer: of what, and why.
    pub not_readable: Vec<String>,
    /// How many there are of each kind of thing that was read, with the word for one and for several.
    pub counts: Vec<(usize, [&'static str; 2])>,
    /// The files with their names, where they stay in memory.
    pub texts: Vec<(String, String)>,
}

/// Why a run could not go on, or not begin: the folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Halt {
    /// It is no snapshot, and not empty.
    NoSnapshot(String),
    /// It is one of another account.
    OtherAccount(String, String),
    /// Its list cannot be understood.
    BadList(String, String),
    /// It cannot be read or written: which file, and why.
    Io(String, String),
}

impl Snapshot {
    /// One in memory.
    pub(super) fn in_memory(head: Head, tell: Box<dyn FnMut(&str)>) -> Self {
        Self {
            head,
            folder: None,
            entries: BTreeMap::new(),
            before: BTreeMap::new(),
            texts: BTreeMap::new(),
            unwritten: BTreeSet::new(),
            resume: false,
            written_at: Instant::now(),
            tally: Tally::default(),
            tell,
        }
    }

    /// One in a folder, which is made where there is none. What `asked` holds, folders and files, this run asks for; all else stays as it is.
    pub(super) fn in_folder(
        path: &Path,
        head: Head,
        asked: &[String],
        resume: bool,
        tell: Box<dyn FnMut(&str)>,
    ) -> Result<Self, Halt> {
        let mut folder = Folder::open(path)?;
        let known = folder.list()?.map(|text| read_list(&text, &head.account, path)).transpose()?.unwrap_or_default();
        let is_asked =
            |key: &Key| asked.iter().any(|own| if own.ends_with('/') { key.0.starts_with(own) } else { key.0 == *own });
        let (before, entries) = known.into_iter().partition(|(key, _)| is_asked(key));
        Ok(Self { folder: Some(folder), entries, before, resume, ..Self::in_memory(head, tell) })
    }

    /// Whether this call need not be made again.
    fn has(&self, file: &str, call: &Call) -> bool {
        self.resume && self.before.get_key_value(&key(file, call)).is_some_and(|(key, entry)| self.is_kept(key, entry))
    }

    /// Whether what an earlier run has of a file is still there.
    fn is_kept(&self, (file, _): &Key, entry: &Entry) -> bool {
        match entry.state {
            State::NotReadable(_) => false,
            State::Nothing => true,
            State::Read => file.ends_with('/') || self.folder.as_ref().is_some_and(|folder| folder.has(file)),
        }
    }

    /// Keeps what the runs before have of a call, so that it need not be made again; `false` where they have nothing.
    pub(super) fn keep(&mut self, file: &str, call: &Call) -> bool {
        let has = self.has(file, call);
        if has && let Some((key, entry)) = self.before.remove_entry(&key(file, call)) {
            self.entries.insert(key, entry);
        }
        has
    }

    /// Keeps all that the runs before have in some folders, so that these calls need not be made again; `false` where anything of it is
    /// missing.
    pub(super) fn keep_all(&mut self, folders: &[&str], calls: &[(&str, &Call)]) -> bool {
        let is_within = |key: &Key| folders.iter().any(|folder| key.0.starts_with(folder));
        let is_missing = |(key, entry): (&Key, &Entry)| is_within(key) && !self.is_kept(key, entry);
        if !self.resume || !calls.iter().all(|(file, call)| self.has(file, call)) || self.before.iter().any(is_missing) {
            return false;
        }
        let (kept, others): (Entries, Entries) =
            std::mem::take(&mut self.before).into_iter().partition(|(key, _)| is_within(key));
        self.before = others;
        self.entries.extend(kept);
        true
    }

    /// Takes in what a call gave.
    pub(super) fn read(&mut self, file: &str, call: &Call, answer: Shape) -> Result<(), Halt> {
        self.note(file, call, State::Read);
        self.texts.insert(file.to_owned(), text(&answer.into()));
        self.unwritten.insert(key(file, call));
        if self.folder.is_some() && self.written_at.elapsed() > BETWEEN { self.write() } else { Ok(()) }
    }

    /// Takes in what came of a call.
    pub(super) fn take(&mut self, file: &str, call: &Call, answer: Result<Shape, CallError>) -> Result<(), Halt> {
        match answer {
            Ok(answer) => self.read(file, call, answer),
            Err(error) => {
                self.note(file, call, State::NotReadable(error.text));
                Ok(())
            }
        }
    }

    /// Takes in that a call said that there is no such thing.
    pub(super) fn nothing(&mut self, file: &str, call: &Call) {
        self.note(file, call, State::Nothing);
    }

    /// Takes in how the call ended that lists what a folder holds.
    pub(super) fn listed(&mut self, folder: &str, call: &Call, ending: Result<(), CallError>) {
        self.note(folder, call, ending.map_or_else(|error| State::NotReadable(error.text), |()| State::Read));
    }

    /// Tells what is going on.
    pub(super) fn tell(&mut self, what: &str) {
        (self.tell)(what);
    }

    /// Writes what is left, takes out what is gone, and writes the list.
    pub(super) fn finish(mut self) -> Result<Done, Halt> {
        if self.folder.is_some() {
            self.write()?;
            let before: BTreeSet<&str> = self.before.keys().map(|(file, _)| file.as_str()).collect();
            // a file that was asked for and not read is gone too: who cannot see it does not know what it holds by now
            let read = self.files_read();
            let gone: Vec<&str> = before.into_iter().filter(|file| !file.ends_with('/') && !read.contains(file)).collect();
            if let Some(folder) = &mut self.folder {
                for file in gone {
                    self.tally.removed += usize::from(folder.remove(file)?);
                }
                folder.write(LIST, &list(&self.head, true, self.entries.iter()))?;
                folder.close()?;
            }
        } else {
            self.texts.insert(LIST.to_owned(), list(&self.head, true, self.entries.iter()));
        }
        Ok(Done {
            tally: self.tally,
            not_readable: self.entries.iter().filter_map(|(key, entry)| complaint(key, entry)).collect(),
            counts: self.counts(),
            texts: self.texts.into_iter().collect(),
        })
    }

    fn note(&mut self, file: &str, call: &Call, state: State) {
        let key = key(file, call);
        let mut entry = Entry { arguments: call.arguments.clone(), region: call.region.clone(), time: now(), state };
        // a file with another content gets its time when it is written
        if let Some(before) = self.before.get(&key).filter(|before| before.is_as(&entry)) {
            entry.time.clone_from(&before.time);
        }
        self.entries.insert(key, entry);
    }

    /// Writes the files that wait: first into the list that nothing is known of them, then themselves, and next time that they are read.
    fn write(&mut self) -> Result<(), Halt> {
        let Some(folder) = &mut self.folder else { return Ok(()) };
        let doubt = |key: &Key, entry: &Entry| {
            let unknown = self.unwritten.contains(key);
            (key.clone(), if unknown { entry.in_doubt() } else { entry.clone() })
        };
        let own = self.entries.iter().map(|(key, entry)| doubt(key, entry));
        let before = self.before.iter().filter(|(key, _)| !self.entries.contains_key(*key));
        let entries: Entries = own.chain(before.map(|(key, entry)| (key.clone(), entry.in_doubt()))).collect();
        folder.write(LIST, &list(&self.head, false, entries.iter()))?;
        for (file, text) in std::mem::take(&mut self.texts) {
            let writing = folder.write(&file, &text)?;
            match writing {
                Writing::New => self.tally.new += 1,
                Writing::Changed => self.tally.changed += 1,
                Writing::Same => self.tally.same += 1,
            }
            if writing != Writing::Same {
                let of_file = self.entries.range_mut((file.clone(), String::new())..).take_while(|(key, _)| key.0 == file);
                of_file.filter(|(key, _)| self.unwritten.contains(*key)).for_each(|(_, entry)| entry.time = now());
            }
        }
        self.unwritten.clear();
        self.written_at = Instant::now();
        Ok(())
    }

    /// The files that were read, without the folders.
    fn files_read(&self) -> BTreeSet<&str> {
        let is_read = |(key, entry): &(&Key, &Entry)| entry.state == State::Read && !key.0.ends_with('/');
        self.entries.iter().filter(is_read).map(|(key, _)| key.0.as_str()).collect()
    }

    fn counts(&self) -> Vec<(usize, [&'static str; 2])> {
        let read = self.files_read();
        KINDS.iter().map(|&(words, is_such)| (read.iter().filter(|file| is_such(file)).count(), words)).collect()
    }
}

impl Entry {
    /// Whether this says the same, whenever it was said.
    fn is_as(&self, other: &Self) -> bool {
        (&self.arguments, &self.region, &self.state) == (&other.arguments, &other.region, &other.state)
    }

    fn in_doubt(&self) -> Self {
        Self { state: State::NotReadable("not read yet when the run was cut off".to_owned()), ..self.clone() }
    }
}

/// The word for one and for several things, and which files are such.
type Counted = ([&'static str; 2], fn(&str) -> bool);

/// What is counted at the end.
const KINDS: [Counted; 8] = [
    (["role", "roles"], |file| file.starts_with("iam/roles/")),
    (["customer managed policy", "customer managed policies"], |file| file.starts_with("iam/policies/")),
    (["policy of AWS", "policies of AWS"], |file| file.starts_with("iam/aws-policies/")),
    (["OIDC provider", "OIDC providers"], |file| file.starts_with("iam/open-id-connect-providers/")),
    (["user pool", "user pools"], |file| file.ends_with("/user-pool.json")),
    (["list of groups", "lists of groups"], |file| file.ends_with("/groups.json")),
    (["app client", "app clients"], |file| file.contains("/clients/")),
    (["identity pool", "identity pools"], |file| file.ends_with("/identity-pool.json")),
];

/// The list is written so often at most: a run that is cut off loses no more than this.
const BETWEEN: Duration = Duration::from_secs(1);

fn key(file: &str, call: &Call) -> Key {
    (file.to_owned(), call.name.to_owned())
}

fn now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    policy::Instant::from_seconds(i64::try_from(since.as_secs()).unwrap_or(i64::MAX)).to_string()
}

/// What was not readable, and why.
fn complaint((file, call): &Key, entry: &Entry) -> Option<String> {
    let State::NotReadable(error) = &entry.state else { return None };
    let arguments = entry.arguments.iter().filter(|(name, _)| *name != "Filter");
    let of: Vec<String> = arguments
        .map(|(_, value)| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        .chain(entry.region.clone())
        .collect();
    let of = if of.is_empty() { String::new() } else { format!(" ({})", of.join(", ")) };
    Some(format!("{file}: {call}{of}: {error}"))
}

/// The text of the list.
fn list<'e>(head: &Head, is_whole: bool, entries: impl Iterator<Item = (&'e Key, &'e Entry)>) -> String {
    let files = entries.map(|((file, call), entry)| {
        let (state, error) = match &entry.state {
            State::Read => ("read", None),
            State::Nothing => ("none", None),
            State::NotReadable(error) => ("not readable", Some(error.as_str())),
        };
        let arguments = (!entry.arguments.is_empty()).then(|| entry.arguments.clone());
        let shape = Shape::new().with("file", file.as_str()).with("call", call.as_str()).maybe("arguments", arguments);
        let shape = shape.maybe("region", entry.region.as_deref()).with("time", entry.time.as_str());
        Value::from(shape.with("state", state).maybe("error", error))
    });
    let shape = Shape::new()
        .with("rolecall-snapshot", 1)
        .with("account", head.account.as_str())
        .with("partition", head.partition.as_str())
        .with("parts", head.parts.iter().copied().collect::<Value>())
        .with("regions", head.regions.iter().map(String::as_str).collect::<Value>())
        .with("time", now())
        .maybe("state", (!is_whole).then_some("cut off"))
        .with("files", files.collect::<Value>());
    text(&shape.into())
}

/// Reads the list of a run before.
fn read_list(text: &str, account: &str, path: &Path) -> Result<Entries, Halt> {
    let bad = |why: &str| Halt::BadList(path.join(LIST).to_string_lossy().into_owned(), why.to_owned());
    let value: Value = serde_json::from_str(text).map_err(|error| bad(&error.to_string()))?;
    if value.get("rolecall-snapshot").and_then(Value::as_u64) != Some(1) {
        return Err(bad("it is no list of a snapshot, or of another version of rolecall"));
    }
    let other = value.get("account").and_then(Value::as_str).unwrap_or("");
    if other != account {
        return Err(Halt::OtherAccount(path.to_string_lossy().into_owned(), other.to_owned()));
    }
    let entry = |value: &Value| {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let file = text("file").filter(|file| is_inside(file))?;
        let state = match text("state")?.as_str() {
            "read" => State::Read,
            "none" => State::Nothing,
            _ => State::NotReadable(text("error").unwrap_or_default()),
        };
        let arguments = value.get("arguments").and_then(Value::as_object).cloned().unwrap_or_default();
        Some(((file, text("call")?), Entry { arguments, region: text("region"), time: text("time")?, state }))
    };
    let files = value.get("files").and_then(Value::as_array).ok_or_else(|| bad("it has no `files`"))?;
    // what is not understood is asked for again, and its file stays
    Ok(files.iter().filter_map(entry).collect())
}

impl fmt::Display for Halt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSnapshot(path) => write!(out, "`{path}` is not empty and no snapshot of rolecall"),
            Self::OtherAccount(path, account) => write!(out, "`{path}` is a snapshot of another account, {account}"),
            Self::BadList(path, why) => write!(out, "cannot read `{path}`: {why}"),
            Self::Io(path, why) => write!(out, "cannot use `{path}`: {why}"),
        }
    }
}

impl std::error::Error for Halt {}
