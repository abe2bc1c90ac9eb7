//! What `snapshot.json` tells of the folder that it lies in: which call each file is of, and what was not readable.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::{self, Write as _};

use super::{Inventory, Role};
use crate::arn::is_account_id;
use crate::finding::Fault;
use crate::source::{SourceId, Span};
use crate::syntax::{Kind, Node, Text};

/// What was read of one account at one time.
#[derive(Debug)]
pub struct Snapshot<'s> {
    /// The input that tells of it.
    pub source: SourceId,
    /// The folder of the input, with `/` at its end; empty for the working directory.
    pub folder: String,
    /// The account's id.
    pub account: Option<Text<'s>>,
    /// When it was taken.
    pub time: Option<Text<'s>>,
    /// The files, and what would be there if it had been readable.
    pub files: Vec<SnapshotFile<'s>>,
    /// What is wrong with it. The rest is read all the same.
    pub faults: Vec<Fault<SnapshotFault>>,
    by_file: HashMap<Box<str>, Vec<usize>>,
    by_call: HashMap<Box<str>, Vec<usize>>,
}

/// What became of one call.
#[derive(Clone, Debug)]
pub struct SnapshotFile<'s> {
    /// Where its answer lies, from the folder of the snapshot on. With `/` at the end it is a folder, and the call is the one that lists
    /// what belongs in it.
    pub file: Text<'s>,
    /// The call, as the AWS CLI names it: `iam list-roles`.
    pub call: Text<'s>,
    /// Those of its arguments that are texts.
    pub arguments: Vec<(Text<'s>, Text<'s>)>,
    /// The region that was asked; none for IAM.
    pub region: Option<Text<'s>>,
    /// When it was asked.
    pub time: Option<Text<'s>>,
    /// What came of it.
    pub state: SnapshotState,
    /// Where that stands.
    pub state_span: Span,
    /// Why it was not readable.
    pub error: Option<Text<'s>>,
}

/// What came of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SnapshotState {
    /// The answer was read; of a folder, the list is whole.
    Read,
    /// AWS answered that there is no such thing.
    None,
    /// Nobody knows what is there.
    NotReadable,
}

/// What may be wrong with a snapshot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SnapshotFault {
    /// Another version than the one that is known.
    Version(String),
    /// No account, or none of twelve digits.
    Account,
    /// The run that took it was cut off.
    CutOff,
    /// No list of files.
    Files,
    /// An entry without this member, so that it is passed over.
    Lacks(&'static str),
    /// A state that is none of the three, or none at all.
    State,
}

/// Something that a snapshot may tell, or tell that it was not readable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SnapshotPart<'a> {
    /// Which user pools there are.
    UserPools,
    /// The settings of the user pool of this id.
    UserPool(&'a str),
    /// The groups of the user pool of this id.
    Groups(&'a str),
    /// The app client of this id, in the user pool of the id before it.
    Client(&'a str, &'a str),
    /// Which identity pools there are, and their settings.
    IdentityPools,
    /// The settings of the identity pool of this id.
    IdentityPool(&'a str),
    /// The roles of the identity pool of this id.
    RoleMap(&'a str),
    /// The session tags that the identity pool of this id makes for a provider, by the name that it has for it.
    TagMap(&'a str, &'a str),
    /// Which roles an account has; without one, any account.
    Roles(Option<&'a str>),
    /// The policies and tags of the roles of an account; without one, of any.
    RoleDetails(Option<&'a str>),
    /// Which OIDC providers an account has; without one, any account.
    OidcProviders(Option<&'a str>),
    /// The audiences of the OIDC provider of this ARN.
    OidcProvider(&'a str),
    /// Which SAML providers an account has; without one, any account.
    SamlProviders(Option<&'a str>),
}

/// The one version that is known.
const VERSION: &str = "1";

/// The member that tells a snapshot from other documents, and its version.
pub(super) const MARK: &str = "rolecall-snapshot";

impl<'s> Inventory<'s> {
    /// The snapshot that an input is a file of, and what that says of the file.
    pub fn file_of(&self, source: SourceId) -> Option<(&Snapshot<'s>, &SnapshotFile<'s>)> {
        if self.snapshots.is_empty() {
            return None;
        }
        let name = with_slashes(self.sources?.get(source).name());
        let mut folder = folder_of(&name);
        loop {
            // the nearest folder counts
            if let Some(snapshot) = self.snapshot_in.get(folder).and_then(|&index| self.snapshots.get(index)) {
                let file = name.get(folder.len()..)?;
                let first = snapshot.by_file.get(file)?.first()?;
                return Some((snapshot, snapshot.files.get(*first)?));
            }
            folder = match folder.strip_suffix('/') {
                None | Some("" | "..") => return None,
                Some(own) => folder_of(own),
            };
        }
    }

    /// The account that the snapshot of an input is of.
    pub fn account_of(&self, span: Span) -> Option<&str> {
        self.file_of(span.source).and_then(|(snapshot, _)| snapshot.account.as_ref()?.known())
    }

    /// The account of a role: as its ARN tells, else that of the snapshot that it stands in.
    pub fn account_of_role<'r>(&'r self, role: &'r Role<'_>) -> Option<&'r str> {
        role.account().or_else(|| self.account_of(role.span()))
    }

    /// Whether some snapshot is of this account.
    pub fn has_snapshot_of(&self, account: &str) -> bool {
        self.snapshots.iter().any(|snapshot| snapshot.is_of(Some(account)))
    }

    /// All that was not readable when the snapshots were taken, in their order.
    pub fn not_readable(&self) -> impl Iterator<Item = &SnapshotFile<'s>> {
        let files = self.snapshots.iter().flat_map(|snapshot| &snapshot.files);
        files.filter(|file| file.state == SnapshotState::NotReadable)
    }

    /// The call that would tell of something and was not readable. `None` where it was, or where no snapshot speaks of it.
    pub fn unread<'i>(&'i self, part: SnapshotPart<'_>) -> Option<&'i SnapshotFile<'s>> {
        if let SnapshotPart::Roles(account) = part {
            let mut snapshots = self.snapshots.iter().filter(|snapshot| snapshot.is_of(account));
            return snapshots.find_map(Snapshot::unread_roles);
        }
        let mut own = self.files_on(part).peekable();
        if own.peek().is_none() {
            return self.unread_list(part);
        }
        if part.is_of_several() {
            return own.find(|file| file.state == SnapshotState::NotReadable);
        }
        let all: Vec<_> = own.collect();
        let is_told = all.iter().any(|file| file.state != SnapshotState::NotReadable);
        all.first().copied().filter(|_| !is_told)
    }

    /// Whether AWS answered that there is no such thing.
    pub fn is_none(&self, part: SnapshotPart<'_>) -> bool {
        let mut states = self.files_on(part).map(|file| file.state).filter(|state| *state != SnapshotState::NotReadable);
        states.next() == Some(SnapshotState::None) && states.all(|state| state == SnapshotState::None)
    }

    /// The entries of the calls that tell of something.
    fn files_on<'i, 'p>(&'i self, part: SnapshotPart<'p>) -> impl Iterator<Item = &'i SnapshotFile<'s>> + use<'i, 'p, 's> {
        let account = part.account();
        let snapshots = self.snapshots.iter().filter(move |snapshot| snapshot.is_of(account));
        let files = snapshots.flat_map(move |snapshot| part.calls().iter().flat_map(|call| snapshot.of_call(call)));
        files.filter(move |file| part.is_told_by(file))
    }

    /// The list of pools of a region that was not readable, so that nothing is known of one that has no entry of its own.
    fn unread_list(&self, part: SnapshotPart<'_>) -> Option<&SnapshotFile<'s>> {
        let of_calls = |call| {
            let files = self.snapshots.iter().flat_map(move |snapshot| snapshot.of_call(call));
            files.filter(|file| file.state == SnapshotState::NotReadable)
        };
        let of_client = |pool| {
            let mut lists = of_calls("cognito-idp list-user-pool-clients");
            lists.find(|file| file.argument("UserPoolId").is_some_and(|own| own.known() == Some(pool)))
        };
        let (call, region) = part.list()?;
        let of_region = |file: &&SnapshotFile<'_>| file.region.as_ref().is_none_or(|own| own.known() == Some(region));
        let clients = if let SnapshotPart::Client(pool, _) = part { of_client(pool) } else { None };
        clients.or_else(|| of_calls(call).find(of_region))
    }

    /// Takes in a snapshot.
    pub(super) fn add_snapshot(&mut self, source: SourceId, root: Node<'_, 's>) {
        let name = self.sources.map_or("", |sources| sources.get(source).name());
        let snapshot = Snapshot::read(source, folder_of(&with_slashes(name)).to_owned(), root);
        // standard input lies in no folder
        if name != "-" {
            self.snapshot_in.insert(snapshot.folder.as_str().into(), self.snapshots.len());
        }
        self.snapshots.push(snapshot);
    }
}

impl<'s> Snapshot<'s> {
    /// Whether it is of this account; without one, of any.
    pub fn is_of(&self, account: Option<&str>) -> bool {
        let own = self.account.as_ref().and_then(|own| own.known());
        account.is_none_or(|account| own.is_none_or(|own| own == account))
    }

    /// The call that would tell which roles there are, where none of those was readable that do.
    fn unread_roles(&self) -> Option<&SnapshotFile<'s>> {
        let files = || self.by_file.get("iam/roles/").into_iter().flatten().filter_map(|&index| self.files.get(index));
        files().next().filter(|_| files().all(|file| file.state == SnapshotState::NotReadable))
    }

    fn of_call(&self, call: &str) -> impl Iterator<Item = &SnapshotFile<'s>> {
        self.by_call.get(call).into_iter().flatten().filter_map(|&index| self.files.get(index))
    }

    fn read(source: SourceId, folder: String, root: Node<'_, 's>) -> Self {
        let mut faults = Vec::new();
        let version = root.get(MARK);
        if let Some(other) = version.filter(|own| own.kind() != Kind::Number || own.written() != VERSION) {
            let shown = match other.kind() {
                Kind::Number => other.written().to_owned(),
                Kind::String => format!("\"{}\"", other.string().unwrap_or_default()),
                _ => "that is no number".to_owned(),
            };
            faults.push(Fault::at(SnapshotFault::Version(shown), other.span()));
        }
        let account = text(root, "account").filter(|own| own.known().is_some_and(is_account_id));
        if account.is_none() {
            faults.push(Fault::at(SnapshotFault::Account, root.get("account").map_or(root.mark(), Node::span)));
        }
        if let Some(state) = root.get("state").filter(|own| own.is("cut off")) {
            faults.push(Fault::at(SnapshotFault::CutOff, state.span()));
        }
        let list = root.get("files");
        if list.is_none_or(|list| list.kind() != Kind::List) {
            faults.push(Fault::at(SnapshotFault::Files, list.map_or(root.mark(), Node::span)));
        }
        let items = list.into_iter().flat_map(Node::items);
        let files: Vec<_> = items.filter_map(|node| SnapshotFile::read(node, &mut faults)).collect();
        let by_file = index(files.iter().map(|file| &file.file));
        let by_call = index(files.iter().map(|file| &file.call));
        Self { source, folder, account, time: text(root, "time"), files, faults, by_file, by_call }
    }
}

impl<'s> SnapshotFile<'s> {
    /// Whether it is of a call that lists what belongs in a folder.
    pub fn is_folder(&self) -> bool {
        self.file.known().is_some_and(|file| file.ends_with('/'))
    }

    /// An argument of the call.
    pub fn argument(&self, name: &str) -> Option<&Text<'s>> {
        self.arguments.iter().find(|(own, _)| own.known() == Some(name)).map(|(_, value)| value)
    }

    /// The call with what it is about: `cognito-idp list-groups of UserPoolId eu-west-1_Abc123`.
    pub fn asked(&self) -> String {
        let mut asked = self.call.shown().into_owned();
        for (index, (name, value)) in self.arguments.iter().enumerate() {
            let between = if index == 0 { " of" } else { "," };
            // a string takes any write
            let _ = write!(asked, "{between} {} {}", name.shown(), value.shown());
        }
        if let Some(region) = self.region.as_ref().filter(|_| self.arguments.is_empty()) {
            let _ = write!(asked, " in {}", region.shown());
        }
        asked
    }

    fn read(node: Node<'_, 's>, faults: &mut Vec<Fault<SnapshotFault>>) -> Option<Self> {
        let mut needed = |key: &'static str| {
            let own = text(node, key);
            if own.is_none() {
                faults.push(Fault::at(SnapshotFault::Lacks(key), node.get(key).map_or(node.mark(), Node::span)));
            }
            own
        };
        let (file, call) = (needed("file"), needed("call"));
        let (file, call) = (file?, call?);
        let state = node.get("state");
        let known = match state.and_then(Node::string).as_deref() {
            Some("read") => Some(SnapshotState::Read),
            Some("none") => Some(SnapshotState::None),
            Some("not readable") => Some(SnapshotState::NotReadable),
            _ => None,
        };
        let state_span = state.map_or(node.mark(), Node::span);
        if known.is_none() {
            faults.push(Fault::at(SnapshotFault::State, state_span));
        }
        let arguments = node.get("arguments").into_iter().flat_map(Node::entries);
        let texts = arguments.filter(|entry| entry.value.kind() == Kind::String);
        Some(Self {
            file,
            call,
            arguments: texts.filter_map(|entry| Some((entry.key.text()?, entry.value.text()?))).collect(),
            region: text(node, "region"),
            time: text(node, "time"),
            // INVARIANT: what is not known to be read is never taken for empty
            state: known.unwrap_or(SnapshotState::NotReadable),
            state_span,
            error: text(node, "error"),
        })
    }
}

/// The call, and why it was not readable.
impl fmt::Display for SnapshotFile<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.asked())?;
        match &self.error {
            Some(error) => write!(out, ": {}", error.shown()),
            None => Ok(()),
        }
    }
}

impl fmt::Display for SnapshotFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(other) => {
                write!(out, "a snapshot of version {other}, and only {VERSION} is known: it is read as well as can be")
            }
            Self::Account => out.write_str("the snapshot names no account of twelve digits, so whose its pools are is not known"),
            Self::CutOff => out.write_str(
                "the run that took the snapshot was cut off, so there may be more than it tells (`rolecall pull --resume` goes on)",
            ),
            Self::Files => out.write_str("the snapshot has no list of `files`, so what was not readable is not known"),
            Self::Lacks(key) => write!(out, "an entry of the snapshot without `{key}` is passed over"),
            Self::State => out.write_str(
                "an entry of the snapshot whose `state` is not `read`, `none` or `not readable` is taken for not readable",
            ),
        }
    }
}

impl<'a> SnapshotPart<'a> {
    /// The calls that tell of it.
    fn calls(self) -> &'static [&'static str] {
        match self {
            Self::UserPools => &[USER_POOLS],
            Self::UserPool(_) => &["cognito-idp describe-user-pool"],
            Self::Groups(_) => &["cognito-idp list-groups"],
            Self::Client(..) => &["cognito-idp describe-user-pool-client"],
            Self::IdentityPools => &[IDENTITY_POOLS, "cognito-identity describe-identity-pool"],
            Self::IdentityPool(_) => &["cognito-identity describe-identity-pool"],
            Self::RoleMap(_) => &["cognito-identity get-identity-pool-roles"],
            Self::TagMap(..) => &["cognito-identity get-principal-tag-attribute-map"],
            Self::Roles(_) | Self::RoleDetails(_) => &[super::aws_cli::ACCOUNT_DETAILS],
            Self::OidcProviders(_) => &["iam list-open-id-connect-providers"],
            Self::OidcProvider(_) => &["iam get-open-id-connect-provider"],
            Self::SamlProviders(_) => &["iam list-saml-providers"],
        }
    }

    /// The arguments that its call has.
    fn arguments(self) -> [Option<(&'static str, &'a str)>; 2] {
        match self {
            Self::UserPool(id) | Self::Groups(id) => [Some(("UserPoolId", id)), None],
            Self::Client(pool, id) => [Some(("UserPoolId", pool)), Some(("ClientId", id))],
            Self::IdentityPool(id) | Self::RoleMap(id) => [Some(("IdentityPoolId", id)), None],
            Self::TagMap(id, provider) => [Some(("IdentityPoolId", id)), Some(("IdentityProviderName", provider))],
            Self::OidcProvider(arn) => [Some(("OpenIDConnectProviderArn", arn)), None],
            Self::UserPools
            | Self::IdentityPools
            | Self::Roles(_)
            | Self::RoleDetails(_)
            | Self::OidcProviders(_)
            | Self::SamlProviders(_) => [None, None],
        }
    }

    /// The account whose snapshots tell of it; `None` for those of all.
    fn account(self) -> Option<&'a str> {
        match self {
            Self::Roles(account) | Self::RoleDetails(account) | Self::OidcProviders(account) | Self::SamlProviders(account) => {
                account
            }
            _ => None,
        }
    }

    /// Whether several calls tell of it, each of a piece, so that one that was not readable leaves it open.
    fn is_of_several(self) -> bool {
        matches!(
            self,
            Self::UserPools | Self::IdentityPools | Self::RoleDetails(_) | Self::OidcProviders(None) | Self::SamlProviders(None)
        )
    }

    /// The call that lists what it belongs to, and the region of that.
    fn list(self) -> Option<(&'static str, &'a str)> {
        match self {
            Self::UserPool(id) | Self::Groups(id) | Self::Client(id, _) => Some((USER_POOLS, id.split_once('_')?.0)),
            Self::IdentityPool(id) | Self::RoleMap(id) | Self::TagMap(id, _) => Some((IDENTITY_POOLS, id.split_once(':')?.0)),
            _ => None,
        }
    }

    fn is_told_by(self, file: &SnapshotFile<'_>) -> bool {
        let mut arguments = self.arguments().into_iter().flatten();
        arguments.all(|(name, value)| file.argument(name).is_some_and(|own| own.known() == Some(value)))
    }
}

const USER_POOLS: &str = "cognito-idp list-user-pools";
const IDENTITY_POOLS: &str = "cognito-identity list-identity-pools";

/// The places of texts in their order, by the text.
fn index<'t, 's: 't>(texts: impl Iterator<Item = &'t Text<'s>>) -> HashMap<Box<str>, Vec<usize>> {
    let mut by: HashMap<Box<str>, Vec<usize>> = HashMap::new();
    for (index, text) in texts.enumerate() {
        if let Some(text) = text.known() {
            by.entry(text.into()).or_default().push(index);
        }
    }
    by
}

fn text<'s>(node: Node<'_, 's>, key: &str) -> Option<Text<'s>> {
    node.get(key).filter(|value| value.kind() == Kind::String).and_then(Node::text)
}

/// A path as snapshots write it.
fn with_slashes(path: &str) -> Cow<'_, str> {
    if cfg!(windows) { Cow::Owned(path.replace('\\', "/")) } else { Cow::Borrowed(path) }
}

/// The folder of a path, with `/` at its end.
fn folder_of(path: &str) -> &str {
    path.rfind('/').and_then(|end| path.get(..=end)).unwrap_or("")
}
