//! All that was given: roles, policies, user pools, identity pools, each recognised by its content.

mod assumed;
mod aws_cli;
mod cloudformation;
mod embedded;
mod federated;
mod foreign;
mod holding;
mod managed;
mod permission;
mod reader;
mod recognise;
mod sign_in;
mod snapshot;
mod source_code;
mod stand_in;
mod terraform;
mod versions;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use crate::arn::Arn;
use crate::finding::Fault;
use crate::identity::{
    Client, Group, IdentityPool, OidcProvider, ProviderKind, ProviderList, RoleMap, Setting, TagMap, UserPool,
};
use crate::policy::{Policy, PolicyKind};
use crate::source::{SourceId, Sources, Span};
use crate::syntax::{Room, SyntaxFault, Text, Tree};
use managed::Managed;
use stand_in::StandIns;
use versions::Versions;

pub use assumed::Assumption;
pub(crate) use federated::fill_as;
pub use recognise::{Look, NOTHING, look_at, may_hold_json};
pub use sign_in::SignInError;
pub use snapshot::{Snapshot, SnapshotFault, SnapshotFile, SnapshotPart, SnapshotState};
pub(crate) use stand_in::is_made_up;
pub use terraform::{Part, part_of_module};

/// All that was given.
#[derive(Debug, Default)]
pub struct Inventory<'s> {
    /// The roles. What lies in several files is joined by the role's name, and managed policies by their ARNs; roles of other accounts are
    /// other roles.
    pub roles: Vec<Role<'s>>,
    /// Policies that belong to nothing else that was given.
    pub policies: Vec<LoosePolicy<'s>>,
    /// User pools.
    pub user_pools: Vec<UserPool<'s>>,
    /// Groups of user pools.
    pub groups: Vec<Group<'s>>,
    /// App clients of user pools.
    pub clients: Vec<Client<'s>>,
    /// Identity pools.
    pub identity_pools: Vec<IdentityPool<'s>>,
    /// The roles of identity pools.
    pub role_maps: Vec<RoleMap<'s>>,
    /// The session tags of identity pools.
    pub tag_maps: Vec<TagMap<'s>>,
    /// `OpenID` Connect providers in IAM.
    pub oidc_providers: Vec<OidcProvider<'s>>,
    /// Complete lists of an account's providers.
    pub provider_lists: Vec<ProviderList<'s>>,
    /// What tells of the folders that lie beside: which call each file is of, and what was not readable.
    pub snapshots: Vec<Snapshot<'s>>,
    /// What belongs to a template or module and is not among what was given, or not known.
    pub unresolved: Vec<Unresolved>,
    /// How many calls of modules of Terraform there are of which the module is not among what was given.
    pub absent_modules: usize,
    /// Why parts of inputs are not looked at of which the rest is, one for each part.
    pub unread_parts: Vec<&'static str>,
    /// What each input was recognised as, in the order in which they were read.
    pub documents: Vec<Document>,
    /// What holes are taken to stand for.
    assumptions: Vec<Assumption>,
    /// The names of holes.
    hole_names: Vec<String>,
    /// What kind every loose policy is said to be.
    kind: Option<PolicyKind>,
    /// For the tree of the next input.
    room: Room,
    /// For the tree of the next document that stands inside a string.
    inner_room: Room,
    /// The texts, for the folders that they lie in.
    sources: Option<&'s Sources>,
    /// The roles of each name, by their places in the list.
    by_name: HashMap<Box<str>, Vec<usize>>,
    /// Managed policies.
    managed: Managed<'s>,
    /// Answers that tell of a managed policy only together.
    versions: Versions<'s>,
    /// The ids that were made up for what templates make.
    stand_ins: StandIns,
    /// How many stacks and modules there were.
    scopes: usize,
    /// Why parts of the input are not looked at that is being read.
    passed_over: Vec<&'static str>,
    /// What is looked at only when all was read, with the number of its document.
    pending: Vec<Pending<'s>>,
    /// The inputs that belong together with others, in the order in which they were read.
    templates: Vec<SourceId>,
    /// Whether the fences of Markdown are read.
    markdown: bool,
    /// What the next policy goes by that belongs to nothing else, where that is told beside it.
    told_name: Option<Text<'s>>,
    /// The snapshot of each folder that has one, by its place in the list.
    snapshot_in: HashMap<Box<str>, usize>,
}

/// An input that belongs together with others: a template, or what belongs to one.
#[derive(Debug)]
struct Pending<'s> {
    /// The place of its document in the list.
    document: usize,
    tree: Tree<'s>,
    belongs: Belongs,
}

/// What an input belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Belongs {
    /// A template of CloudFormation.
    CloudFormation,
    /// Values that may be those of the parameters of a template.
    Settings,
    /// A module of Terraform, a plan or a state.
    Terraform,
    /// Values of the variables of a module of Terraform.
    Values,
}

/// Something that is named and not known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unresolved {
    /// Where it is named.
    pub span: Span,
    /// What is not known, as a sentence.
    pub message: String,
}

/// What an input was recognised as.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Document {
    /// The input.
    pub source: SourceId,
    /// What it is.
    pub form: Form,
    /// What is wrong with its form; only of inputs in which something was recognised.
    pub faults: Vec<Fault<SyntaxFault>>,
}

/// The forms of input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// A policy document, of a kind; whether that is sure.
    Policy(PolicyKind, bool),
    /// The output of an AWS CLI command, by its name: `iam get-role`.
    AwsCli(&'static str),
    /// What a folder holds that a snapshot was written to.
    Snapshot,
    /// A template of infrastructure, or what belongs to one, by what people call it.
    Template(&'static str),
    /// Another document that holds policies, by what people call it.
    Holding(&'static str),
    /// Nothing that is looked at, and why.
    Nothing(&'static str),
}

/// A role.
#[derive(Clone, Debug)]
pub struct Role<'s> {
    /// Its name; of a bare trust policy the name of its file.
    pub name: Text<'s>,
    /// Its ARN; none where only the trust policy was given.
    pub arn: Option<Text<'s>>,
    /// Who may take it.
    pub trust: Option<Policy<'s>>,
    /// Other trust policies that inputs before gave for it, in other words.
    pub other_trusts: Vec<Policy<'s>>,
    /// What it may do: its inline policies and the attached ones that were given.
    pub permissions: Vec<NamedPolicy<'s>>,
    /// The ARNs of attached policies whose document was not given.
    pub unread: Vec<Text<'s>>,
    /// Whether the policies that were given or named are all that it has.
    pub complete: bool,
    /// The ARN of its permissions boundary.
    pub boundary: Option<Text<'s>>,
    /// The boundary itself, where it was given beside the role. It stands among the loose policies too.
    pub limit: Option<Box<Policy<'s>>>,
    /// Its tags: keys and values.
    pub tags: Vec<(Text<'s>, Text<'s>)>,
    /// Whether these are all that it has. A list of roles leaves tags out.
    pub tags_known: bool,
    /// The longest session that may be asked for, in seconds.
    pub max_session: Option<Setting<u32>>,
}

/// A policy with its name.
#[derive(Clone, Debug)]
pub struct NamedPolicy<'s> {
    /// Its name.
    pub name: Text<'s>,
    /// The document.
    pub policy: Policy<'s>,
    /// Whether it is inline, not attached.
    pub inline: bool,
}

/// A policy that belongs to nothing else that was given.
#[derive(Debug)]
pub struct LoosePolicy<'s> {
    /// Where it comes from.
    pub source: SourceId,
    /// What it goes by, where that is told: the ARN of a managed policy, `USER/POLICY` of an inline one, the id of an endpoint.
    pub name: Option<Text<'s>>,
    /// The document.
    pub policy: Policy<'s>,
    /// Whether its kind is sure.
    pub sure: bool,
    /// Whether it is a file of its own, and so may be that of a role.
    pub alone: bool,
}

impl<'s> Inventory<'s> {
    /// Nothing yet. With a kind, every policy that belongs to nothing else is taken to be of it.
    pub fn new(kind: Option<PolicyKind>) -> Self {
        Self { kind, ..Self::default() }
    }

    /// Reads policies in the fences of Markdown too, in all that is read from now on.
    pub fn read_markdown(&mut self, reads: bool) {
        self.markdown = reads;
    }

    /// Looks at what belongs together, such as nested stacks or the files of a module, when all was read.
    pub fn complete(&mut self, sources: &'s Sources) {
        let pending = std::mem::take(&mut self.pending);
        let mut known: HashSet<SourceId> = self.templates.iter().copied().collect();
        let sources_of = pending.iter().map(|own| own.tree.root().mark().source);
        self.templates.extend(sources_of.filter(|&id| known.insert(id)));
        cloudformation::complete(self, sources, &pending);
        terraform::complete(self, sources, &pending);
        self.attach_arrived();
        self.fill_providers();
        self.unread_parts.append(&mut self.passed_over);
    }

    /// The inputs that belong together with others: templates and parts of such, the files of modules, values for them.
    pub fn templates(&self) -> &[SourceId] {
        &self.templates
    }

    /// All templates as they are in other texts, each under the number that `now` gives for it: what they come to by themselves.
    pub fn templates_again<'n>(&self, texts: &'n Sources, now: impl Fn(SourceId) -> SourceId) -> Inventory<'n> {
        let mut again = Inventory::new(self.kind);
        for own in self.assumptions.iter().filter(|own| own.said) {
            again.assume(&own.name, &own.value);
        }
        for &id in &self.templates {
            again.read(texts, now(id));
        }
        again.complete(texts);
        again
    }

    /// Every policy, with the role that it belongs to.
    pub fn all_policies(&self) -> impl Iterator<Item = (&Policy<'s>, Option<&Role<'s>>)> {
        let of_roles = self.roles.iter().flat_map(|role| {
            let permissions = role.permissions.iter().map(|named| &named.policy);
            role.trusts().chain(permissions).map(move |policy| (policy, Some(role)))
        });
        of_roles.chain(self.policies.iter().map(|loose| (&loose.policy, None)))
    }

    /// Takes in a role, and gives its place in the list.
    fn add_role(&mut self, role: Role<'s>) -> usize {
        let index = self.roles.len();
        if let Some(name) = role.name.known() {
            self.by_name.entry(name.into()).or_default().push(index);
        }
        self.roles.push(role);
        index
    }

    /// Whether a managed policy is the permissions boundary of some role.
    pub fn is_boundary(&self, arn: &str) -> bool {
        self.managed.is_boundary(arn)
    }

    /// The role of this ARN, or of this name; best one of which the ARN is known.
    pub fn role(&self, name_or_arn: &str) -> Option<&Role<'s>> {
        // nearly always it is one of those that have the name
        let name = Arn::parse(name_or_arn).and_then(Arn::role_name).unwrap_or(name_or_arn);
        let namesakes = self.by_name.get(name).into_iter().flatten().filter_map(|&index| self.roles.get(index));
        let with_arn = |role: &&Role<'_>| role.arn.is_some() && role.is(name_or_arn);
        let own = namesakes.clone().find(with_arn).or_else(|| self.roles.iter().find(with_arn));
        own.or_else(|| namesakes.into_iter().find(|role| role.is(name_or_arn)))
            .or_else(|| self.roles.iter().find(|role| role.is(name_or_arn)))
    }

    /// What to call a role: its name, or its ARN where several roles have that name.
    pub fn title<'r>(&self, role: &'r Role<'_>) -> Cow<'r, str> {
        let namesakes = role.name.known().and_then(|name| self.by_name.get(name)).map_or(0, Vec::len);
        if namesakes > 1 { role.id() } else { role.name.shown() }
    }

    /// The identity policies that were given by themselves, where there is just one role whose they can be and this is it.
    pub fn beside(&self, role: &Role<'s>) -> impl Iterator<Item = &Policy<'s>> {
        let is_other = |other: &Role<'_>| other.lacks_policies() && !std::ptr::eq(other, role);
        let is_only = role.lacks_policies() && !self.roles.iter().any(is_other);
        let policies = if is_only { self.policies.as_slice() } else { &[] };
        let alone = policies.iter().filter(|loose| loose.alone && loose.policy.kind == PolicyKind::Identity);
        alone.map(|loose| &loose.policy)
    }

    /// Whether a policy comes from a list of all of an account, in which it is that of some user, group or role.
    pub fn is_of_somebody(&self, loose: &LoosePolicy<'s>) -> bool {
        self.documents.iter().any(|own| own.source == loose.source && own.form == Form::AwsCli(aws_cli::ACCOUNT_DETAILS))
    }

    /// The roles of an identity pool.
    pub fn role_map(&self, pool: &IdentityPool<'s>) -> Option<&RoleMap<'s>> {
        self.role_maps.iter().find(|map| map.pool.known().is_some() && map.pool.known() == pool.id.known())
    }

    /// The session tags that an identity pool makes of the tokens of a provider, by the name that the pool has for it.
    pub fn tag_map(&self, pool: &IdentityPool<'s>, provider: &str) -> Option<&TagMap<'s>> {
        let of_pool = |map: &&TagMap<'_>| map.pool.known().is_some() && map.pool.known() == pool.id.known();
        self.tag_maps.iter().filter(of_pool).find(|map| map.provider.known() == Some(provider))
    }

    /// The `OpenID` Connect provider of this ARN; where the ARNs of those that were given are not known, one of its issuer.
    pub fn oidc_provider(&self, arn: &str) -> Option<&OidcProvider<'s>> {
        let (_, host) = ProviderKind::of(arn).filter(|(kind, _)| *kind == ProviderKind::Oidc)?;
        let known = |provider: &OidcProvider<'_>| provider.arn.as_ref().map(|own| own.known() == Some(arn));
        let named = self.oidc_providers.iter().find(|provider| known(provider) == Some(true));
        named.or_else(|| self.oidc_providers.iter().find(|own| known(own).is_none() && own.host() == Some(host)))
    }

    /// Whether IAM has the provider of this ARN; `None` where no list of its account was given.
    pub fn has_provider(&self, arn: &str) -> Option<bool> {
        let (kind, _) = ProviderKind::of(arn)?;
        let account = Arn::parse(arn)?.account;
        let of_account = |list: &&ProviderList<'_>| list.kind == kind && self.account_of_list(list) == Some(account);
        let mut lists = self.provider_lists.iter().filter(of_account).peekable();
        lists.peek()?;
        let is_listed = lists.any(|list| list.arns.iter().any(|own| own.known() == Some(arn)));
        let part = match kind {
            ProviderKind::Oidc => SnapshotPart::OidcProviders(Some(account)),
            ProviderKind::Saml => SnapshotPart::SamlProviders(Some(account)),
        };
        (is_listed || self.unread(part).is_none()).then_some(is_listed)
    }

    /// The account whose providers a list holds: an empty one tells it only by its snapshot.
    pub fn account_of_list<'l>(&'l self, list: &'l ProviderList<'_>) -> Option<&'l str> {
        let named = list.arns.iter().find_map(|own| own.known().and_then(Arn::parse));
        named.map(|own| own.account).or_else(|| self.account_of(list.mark))
    }
}

impl<'s> Role<'s> {
    /// The managed policies that it has of its own account, by the ARNs that they have without a path; `arn` is its own.
    pub fn own_policies(&self, arn: &str) -> Vec<String> {
        let Some(arn) = Arn::parse(arn) else { return Vec::new() };
        let attached = self.permissions.iter().filter(|named| !named.inline).map(|named| &named.name);
        let of_own = |name: &str| match Arn::parse(name) {
            Some(own) if own.account != arn.account => None,
            Some(_) => Some(name.to_owned()),
            None => Some(format!("arn:{}:iam::{}:policy/{name}", arn.partition, arn.account)),
        };
        attached.chain(&self.unread).filter_map(|name| of_own(name.known()?)).collect()
    }

    /// All its trust policies, the one that counts first.
    pub fn trusts(&self) -> impl Iterator<Item = &Policy<'s>> {
        self.trust.iter().chain(&self.other_trusts)
    }

    /// Takes in a trust policy; one that was given before in other words is kept beside it.
    fn take_trust(&mut self, trust: Policy<'s>, sources: &Sources, is_source: bool) {
        let is_elsewhere = |own: &Policy<'_>| is_source && trust.range != own.range;
        let differs = |own: &Policy<'_>| is_elsewhere(own) || sources.slice(trust.range) != sources.slice(own.range);
        self.other_trusts.extend(self.trust.take().filter(differs));
        self.trust = Some(trust);
    }

    /// A role of which only the name is known.
    fn new(name: Text<'s>) -> Self {
        Self {
            name,
            arn: None,
            trust: None,
            other_trusts: Vec::new(),
            permissions: Vec::new(),
            unread: Vec::new(),
            complete: false,
            boundary: None,
            limit: None,
            tags: Vec::new(),
            tags_known: false,
            max_session: None,
        }
    }

    /// Its account, where its ARN tells.
    pub fn account(&self) -> Option<&str> {
        self.arn.as_ref().and_then(|arn| arn.known()).and_then(Arn::parse).map(|arn| arn.account)
    }

    /// Whether nothing was given that tells what it may do.
    pub fn lacks_policies(&self) -> bool {
        !self.complete && self.permissions.is_empty() && self.unread.is_empty()
    }

    /// Whether this is its ARN or its name. Where its own ARN is not known, any ARN of a role of its name is.
    pub fn is(&self, name_or_arn: &str) -> bool {
        let is = |text: &Text<'_>, wanted: &str| text.known() == Some(wanted);
        let by_name = || Arn::parse(name_or_arn).and_then(Arn::role_name).is_some_and(|name| is(&self.name, name));
        is(&self.name, name_or_arn) || self.arn.as_ref().map_or_else(by_name, |arn| is(arn, name_or_arn))
    }

    /// Its ARN or, where none is known, its name.
    pub fn id(&self) -> Cow<'_, str> {
        self.arn.as_ref().filter(|arn| arn.known().is_some()).unwrap_or(&self.name).shown()
    }

    /// The place to point at when the role itself is meant.
    pub fn span(&self) -> Span {
        self.name.span()
    }
}
