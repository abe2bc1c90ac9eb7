//! Who signs in, and how: the options that every command shares that sends a sign-in through the gates.

use std::path::PathBuf;

use clap::ValueEnum;

use rolecall::identity::{Assertion, Claim, Claims, TOLERANCE, Token};
use rolecall::inventory::{Inventory, SignInError, SnapshotFile, SnapshotPart};
use rolecall::policy::Instant;
use rolecall::report::text;
use rolecall::simulate::{self, Login, Question};
use rolecall::spelling::nearest;

use super::{Failure, output, secret};

/// Without any of the options on who signs in, every subject of the inputs is tried: each group, all groups together,
/// a user in no group, a guest.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Who signs in")]
pub(super) struct Who {
    /// The holder of this token: a file, `-`, or `env:NAME`.
    #[arg(long, value_name = "T", group = "who")]
    token: Option<String>,
    /// Let `--token` be the token itself, where every process of the machine can read it.
    #[arg(long)]
    token_insecure_arg: bool,
    /// The holder of a token with the claims in this JSON file.
    #[arg(long, value_name = "FILE", group = "who")]
    claims: Option<PathBuf>,
    /// The bearer of this SAML assertion, as XML, base64, or the body of the form that brings it: a file, `-`, or `env:NAME`.
    #[arg(long, value_name = "A", group = "who")]
    saml: Option<String>,
    /// A user in this group; repeated, one who is in all of them.
    #[arg(long, value_name = "GROUP", group = "who")]
    group: Vec<String>,
    /// A user in no group.
    #[arg(long, group = "who")]
    no_group: bool,
    /// Nobody: a guest.
    #[arg(long, group = "who")]
    guest: bool,
    /// The user of this id, for whom the developer's own backend vouches.
    #[arg(long, value_name = "ID", group = "who")]
    developer: Option<String>,
    /// A session tag that the developer's backend gives. May be repeated.
    #[arg(long, value_name = "NAME=VALUE", requires = "developer")]
    tag: Vec<String>,
    /// A user of this public provider, whose tokens cannot be read: `graph.facebook.com`, `www.amazon.com`. With `--saml`, the ARN of the
    /// provider of the assertion.
    #[arg(
        long,
        value_name = "HOST",
        conflicts_with_all = ["token", "claims", "group", "no_group", "guest", "developer"],
    )]
    login: Option<String>,
    /// The user's id at that provider.
    #[arg(long, value_name = "ID", requires = "login", conflicts_with = "saml")]
    user: Option<String>,
    /// A further token of the same user, whose logins are linked: as `--token`. May be repeated.
    #[arg(long, value_name = "T")]
    linked_token: Vec<String>,
    /// A claim as a pre token generation Lambda sets it in the tokens of users of groups: text or JSON, or nothing to take it out. May
    /// be repeated.
    #[arg(long, value_name = "NAME=VALUE")]
    pre_token: Vec<String>,
    /// The public keys of the token's issuer, as its JWKS document lists them: the signature is checked.
    #[arg(long, value_name = "FILE", requires = "token")]
    jwks: Option<PathBuf>,
    /// The app client through which users of groups sign in.
    #[arg(long, value_name = "ID")]
    client: Option<String>,
}

/// How credentials are asked for.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "How")]
pub(super) struct How {
    /// The identity pool, where there are several.
    #[arg(long, value_name = "ID")]
    pool: Option<String>,
    /// The account of the identity pool; else that of the roles and providers that it names.
    #[arg(long, value_name = "ACCOUNT")]
    pool_account: Option<String>,
    /// The way in which credentials are asked for.
    #[arg(long, default_value = "enhanced")]
    flow: Flow,
    /// The `CustomRoleArn` of the call: a name or an ARN.
    #[arg(long, value_name = "ROLE")]
    custom_role: Option<String>,
    /// The role in question: a name or an ARN. Where the caller brings the token to STS, he names it.
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// The name of the session, where the caller gives it.
    #[arg(long, value_name = "NAME")]
    session_name: Option<String>,
    /// For how long the session is asked for.
    #[arg(long, value_name = "SECONDS")]
    duration: Option<u32>,
    /// A second role, taken with the credentials of the first: a name or an ARN.
    #[arg(long, value_name = "ROLE")]
    then_role: Option<String>,
    /// How far the clocks of AWS and of an issuer may differ: so long after its end a token is still taken.
    #[arg(long, value_name = "SECONDS", default_value_t = TOLERANCE)]
    clock_tolerance: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Flow {
    /// The identity pool picks the role.
    Enhanced,
    /// The caller names the role.
    Classic,
    /// The token goes to STS past any identity pool, and the caller names the role.
    Direct,
}

/// Somebody who signs in, with a phrase for them.
pub(super) struct Subject {
    /// The phrase.
    pub(super) name: String,
    login: Own,
    linked: Vec<Own>,
}

/// As [`Login`], but owning what it holds.
pub(super) enum Own {
    Guest,
    Token(Token),
    Saml(Assertion, Option<String>),
    Social(String, Option<String>),
    Developer(String, Vec<(String, String)>),
}

impl Subject {
    fn new(name: impl Into<String>, login: Own) -> Self {
        Self { name: name.into(), login, linked: Vec::new() }
    }

    /// Whoever holds this token.
    #[cfg(feature = "lsp")]
    pub(super) fn holder(token: Token) -> Self {
        Self::new(HOLDER, Own::Token(token))
    }

    /// What is asked of them, as far as these options tell.
    pub(super) fn question<'a>(&'a self, how: &'a How, at: Instant) -> Question<'a> {
        Question {
            linked: self.linked.iter().map(Own::borrow).collect(),
            pool: how.pool.as_deref(),
            pool_account: how.pool_account.as_deref(),
            flow: match how.flow {
                Flow::Enhanced => simulate::Flow::Enhanced,
                Flow::Classic => simulate::Flow::Classic,
                Flow::Direct => simulate::Flow::Direct,
            },
            custom_role: how.custom_role.as_deref(),
            role: how.role.as_deref(),
            session_name: how.session_name.as_deref(),
            duration: how.duration,
            then_role: how.then_role.as_deref(),
            tolerance: how.clock_tolerance,
            ..Question::new(self.login.borrow(), at)
        }
    }
}

impl Own {
    fn borrow(&self) -> Login<'_> {
        match self {
            Self::Guest => Login::Guest,
            Self::Token(token) => Login::Token(token),
            Self::Saml(assertion, provider) => Login::Saml(assertion, provider.as_deref()),
            Self::Social(host, user) => Login::Social(host, user.as_deref()),
            Self::Developer(id, tags) => Login::Developer(id, tags),
        }
    }
}

impl Who {
    /// The tokens that are named, read: the one that signs in, or an assertion, and those that are linked to it.
    pub(super) fn tokens(&self) -> Result<(Option<Own>, Vec<Token>), Failure> {
        self.refuse_idle()?;
        let keys = self.jwks.as_deref().map(secret::key_set).transpose()?;
        let token = match (&self.token, &self.claims, &self.saml) {
            (Some(token), ..) => Some(Own::Token(secret::token(token, self.token_insecure_arg, keys.as_ref())?)),
            (_, Some(path), _) => Some(Own::Token(secret::claims(path)?)),
            (.., Some(assertion)) => Some(Own::Saml(secret::assertion(assertion)?, self.login.clone())),
            _ => None,
        };
        let linked = self.linked_token.iter().map(|token| secret::token(token, self.token_insecure_arg, None));
        Ok((token, linked.collect::<Result<_, _>>()?))
    }

    /// Refuses what plays no part for those who sign in. Of options that exclude each other the parser does not ask for the one that
    /// another needs.
    fn refuse_idle(&self) -> Result<(), Failure> {
        let is_other = self.token.is_some()
            || self.claims.is_some()
            || self.saml.is_some()
            || self.guest
            || self.developer.is_some()
            || self.login.is_some();
        let idle = [
            ("--tag", !self.tag.is_empty() && self.developer.is_none(), "--developer"),
            ("--user", self.user.is_some() && self.login.is_none(), "--login"),
            ("--jwks", self.jwks.is_some() && self.token.is_none(), "--token"),
            ("--client", self.client.is_some() && is_other, "--group"),
            ("--linked-token", !self.linked_token.is_empty() && self.guest, "--token"),
        ];
        match idle.into_iter().find(|(_, is_idle, _)| *is_idle) {
            Some((option, _, needed)) => {
                Err(Failure::with_help(format!("`{option}` plays no part here"), format!("it goes with `{needed}`")))
            }
            None => Ok(()),
        }
    }

    /// Those who sign in.
    pub(super) fn subjects(
        &self,
        (token, linked): (Option<Own>, Vec<Token>),
        inventory: &Inventory<'_>,
    ) -> Result<Vec<Subject>, Failure> {
        let mut subjects = self.first_logins(token, inventory)?;
        if !self.pre_token.is_empty() {
            let changes = changes(&self.pre_token)?;
            for own in &mut subjects {
                if let Own::Token(token) = &mut own.login {
                    *token = token.changed(&changes);
                }
            }
        }
        for own in subjects.iter_mut().filter(|own| !matches!(own.login, Own::Guest)) {
            own.linked = linked.iter().cloned().map(Own::Token).collect();
        }
        Ok(subjects)
    }

    fn first_logins(&self, token: Option<Own>, inventory: &Inventory<'_>) -> Result<Vec<Subject>, Failure> {
        if let Some(own) = token {
            let name = if matches!(own, Own::Saml(..)) { "the bearer of the assertion" } else { HOLDER };
            return Ok(vec![Subject::new(name, own)]);
        }
        if self.guest {
            return Ok(vec![guest()]);
        }
        if let Some(id) = &self.developer {
            let login = Own::Developer(id.clone(), pairs("--tag", &self.tag)?);
            return Ok(vec![Subject::new(format!("the developer's user `{id}`"), login)]);
        }
        if let Some(host) = &self.login {
            let host = host.strip_prefix("https://").unwrap_or(host);
            return Ok(vec![Subject::new(format!("a user of `{host}`"), Own::Social(host.to_owned(), self.user.clone()))]);
        }
        let client = self.client.as_deref();
        if self.no_group || !self.group.is_empty() {
            let groups: Vec<&str> = self.group.iter().map(String::as_str).collect();
            return Ok(vec![member(inventory, &groups, client)?]);
        }
        Ok(everybody(inventory, client))
    }
}

/// Whoever brings a token.
const HOLDER: &str = "the holder of the token";

impl How {
    /// The way without options, to a role.
    #[cfg(feature = "lsp")]
    pub(super) fn to(role: &str) -> Self {
        Self {
            pool: None,
            pool_account: None,
            flow: Flow::Enhanced,
            custom_role: None,
            role: Some(role.to_owned()),
            session_name: None,
            duration: None,
            then_role: None,
            clock_tolerance: TOLERANCE,
        }
    }

    /// The role in question.
    pub(super) fn role(&self) -> Option<&str> {
        self.role.as_deref()
    }

    /// The identity pool.
    pub(super) fn pool(&self) -> Option<&str> {
        self.pool.as_deref()
    }
}

/// Refuses names that stand for nothing that was given, or for more than one thing.
pub(super) fn refuse_names(how: &How, inventory: &Inventory<'_>) -> Result<(), Failure> {
    let pools = &inventory.identity_pools;
    if let Some(wanted) = how.pool().filter(|wanted| !pools.is_empty() && !pools.iter().any(|pool| pool.is(wanted))) {
        let names = pools.iter().flat_map(|pool| [Some(&pool.id), pool.name.as_ref()]).flatten().filter_map(|name| name.known());
        let help = meant(
            nearest(wanted, names),
            "identity pools",
            inventory.unread(SnapshotPart::IdentityPools),
            "cognito-identity describe-identity-pool",
        );
        return Err(Failure::with_help(format!("no identity pool `{wanted}` among the inputs"), help));
    }
    if how.custom_role.is_some() && how.flow != Flow::Enhanced {
        return Err(Failure::with_help(
            "`--custom-role` plays no part here",
            "it is for the enhanced flow; in the others `--role` names the role",
        ));
    }
    let is_several = |name: &&str| inventory.roles.iter().filter(|role| role.is(name)).count() > 1;
    match how.role().into_iter().chain(how.then_role.as_deref()).find(is_several) {
        Some(name) => {
            Err(Failure::with_help(format!("several roles are called `{name}`"), "name the one that is meant by its ARN"))
        }
        None => Ok(()),
    }
}

/// Refuses names of roles that stand for none; of an ARN it is told which one may have been meant.
pub(super) fn refuse_roles(how: &How, subjects: &[Subject], inventory: &Inventory<'_>, at: Instant) -> Result<(), Failure> {
    // what one login speaks of is known
    let each = subjects.iter().map(|subject| subject.question(how, at).unknown_roles(inventory));
    let Some(unknown) = each.min_by_key(Vec::len) else { return Ok(()) };
    for own in unknown {
        match (own.by_arn, own.meant) {
            (true, None) => {}
            (true, Some(meant)) => {
                let line = format!("warning: no role `{}` among the inputs; did you mean `{meant}`?", own.name);
                output::warn(&text::escape(&line));
            }
            (false, meant) => {
                let help = meant.map_or_else(
                    || "`rolecall who '*'` tells which there are; `aws iam get-role` prints one".to_owned(),
                    |meant| format!("did you mean `{meant}`?"),
                );
                return Err(Failure::with_help(format!("no role `{}` among the inputs", own.name), help));
            }
        }
    }
    Ok(())
}

/// Reads pairs of a name and a value.
pub(super) fn pairs(flag: &str, list: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let pair = |text: &String| {
        let (name, value) = text.split_once('=').filter(|(name, _)| !name.is_empty())?;
        Some((name.to_owned(), value.to_owned()))
    };
    let each = list
        .iter()
        .map(|text| pair(text).ok_or_else(|| Failure::new(format!("`{flag} {text}` is not of the form `NAME=VALUE`"))));
    each.collect()
}

/// Claims as they are to be set; none where one is to be taken out.
fn changes(list: &[String]) -> Result<Vec<(String, Option<Claim>)>, Failure> {
    let claim = |(name, value): (String, String)| {
        let claim = (!value.is_empty()).then(|| Claims::value(&value).unwrap_or(Claim::Text(value)));
        (name, claim)
    };
    Ok(pairs("--pre-token", list)?.into_iter().map(claim).collect())
}

/// A user of each group, of all groups, and of none, for each user pool; and a guest.
pub(super) fn everybody(inventory: &Inventory<'_>, client: Option<&str>) -> Vec<Subject> {
    let mut subjects = Vec::new();
    let hosts = inventory.user_pool_hosts();
    for host in &hosts {
        let names = inventory.group_names(host);
        let mut sets: Vec<&[&str]> = names.chunks(1).collect();
        if names.len() > 1 {
            sets.push(&names);
        }
        sets.push(&[]);
        let of_pool = host.rsplit('/').next().filter(|_| hosts.len() > 1);
        for groups in sets {
            let token = inventory.sign_in_to(host, groups, client);
            let name = of_pool.map_or_else(|| member_name(groups), |pool| format!("{} of `{pool}`", member_name(groups)));
            subjects.extend(token.map(|token| Subject::new(name, Own::Token(token))));
        }
    }
    subjects.push(guest());
    let open: Vec<String> = inventory.unread_groups().map(|(pool, _)| format!("`{pool}`")).collect();
    if !open.is_empty() {
        let pools = if open.len() == 1 { "user pool" } else { "user pools" };
        let line =
            format!("warning: not all groups of {pools} {} were readable: its users may get other roles, too", open.join(", "));
        output::warn(&text::escape(&line));
    }
    subjects
}

fn guest() -> Subject {
    Subject::new("a guest", Own::Guest)
}

/// A user of a user pool in exactly these groups.
fn member(inventory: &Inventory<'_>, groups: &[&str], client: Option<&str>) -> Result<Subject, Failure> {
    let token = inventory.sign_in(groups, client).map_err(|error| {
        let help = match &error {
            SignInError::NoGroup(name) | SignInError::UnreadGroup(name) => {
                let names = inventory.groups.iter().filter_map(|group| group.name.known());
                let unread = inventory.unread_groups().next().map(|(_, unread)| unread);
                meant(nearest(name, names), "groups", unread, "cognito-idp list-groups")
            }
            SignInError::NoUserPool => {
                meant(None, "user pools", inventory.unread(SnapshotPart::UserPools), "cognito-idp describe-user-pool")
            }
            SignInError::Apart => "name groups of one user pool".to_owned(),
            SignInError::Several => "tell by `--client` whose app client it is".to_owned(),
        };
        let told = match error {
            // what was not readable stands in the help
            SignInError::UnreadGroup(name) => SignInError::NoGroup(name),
            other => other,
        };
        Failure::with_help(told.to_string(), help)
    })?;
    Ok(Subject::new(member_name(groups), Own::Token(token)))
}

/// What may help where a name stands for nothing: the name that was meant, what was not readable, or the output to add.
fn meant(near: Option<&str>, what: &str, unread: Option<&SnapshotFile<'_>>, command: &str) -> String {
    let near = near.map(|near| format!("did you mean `{near}`?"));
    let unread = unread.map(|unread| format!("not all {what} were readable when the snapshot was taken: {unread}"));
    match (near, unread) {
        (Some(near), Some(unread)) => format!("{near} But {unread}"),
        (Some(help), None) | (None, Some(help)) => help,
        (None, None) => format!("add the output of `aws {command}` to the paths"),
    }
}

fn member_name(groups: &[&str]) -> String {
    match groups {
        [] => "a signed-in user in no group".to_owned(),
        [only] => format!("a member of `{only}`"),
        all => format!("a member of {}", all.iter().map(|group| format!("`{group}`")).collect::<Vec<_>>().join(" and ")),
    }
}
