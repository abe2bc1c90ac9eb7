//! The kinds of difference between what a policy wants and what a request holds.

/// In what two values differ, or why a part of a statement fails.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DifferenceKind {
    /// A negated condition: it is just what it may not be.
    Forbidden,
    /// A condition of a statement that denies, which holds.
    Denied,
    /// `StringEquals` takes `*` and `?` as they are.
    LiteralWildcard,
    /// Letter case alone: of the whole, or of this part of a subject.
    LetterCase(Option<&'static str>),
    /// A `/` at the end.
    TrailingSlash,
    /// A `https://` in front.
    Scheme,
    /// The subject has another of its issuer's forms.
    Form {
        /// That which the policy wants.
        wanted: &'static str,
        /// That of the token.
        got: &'static str,
    },
    /// The token's subject holds the ids of owner and repository, and the policy names them.
    ImmutableSubject,
    /// The token's subject names owner and repository, and the policy wants their ids too.
    NameSubject,
    /// This part of a subject.
    Other(&'static str),
    /// Another identity pool.
    IdentityPool,
    /// Another audience or application.
    Audience,
    /// What the policy wants stands in `aud`, and the key reads `azp`.
    AuthorizedParty,
    /// A guest, and signed-in users are wanted.
    Guest,
    /// A signed-in user, and guests are wanted.
    SignedIn,
    /// Signed in through another provider.
    Login,
    /// `ForAllValues` wants every value to be one of the policy's.
    ForAllValues,
    /// A claim that is no condition key; why, or what is one.
    NoKey(String),
    /// A key of another issuer.
    ForeignKey,
    /// A key that this call never holds.
    NeverPresent,
    /// The request does not hold the key.
    Absent,
    /// An address outside of a range.
    Address,
    /// A number or a date.
    Comparison,
    /// True or false.
    Truth,
    /// Two texts that part at this character, from 1.
    Text(usize),
    /// No statement lets the caller set the session tags that the token carries.
    TagSession,
    /// No statement lets the caller set the source identity that the token carries.
    SourceIdentity,
    /// Another action than this, which such a caller needs.
    Action(&'static str),
    /// Another provider.
    Provider,
    /// The token of a user pool, and the policy wants the one that an identity pool makes of it.
    Untraded,
    /// A provider of the same host with another path.
    ProviderPath,
    /// A provider of another account.
    ProviderAccount,
    /// A host where the ARN of a provider is due.
    HostForArn,
    /// The ARN of a provider where a host is due.
    ArnForHost,
    /// A SAML provider for a token, or one of tokens for an assertion.
    OtherProtocol,
    /// A provider under a key that is not `Federated`.
    NotFederated,
}

impl DifferenceKind {
    /// The name of the kind, for programs.
    pub fn id(&self) -> String {
        let id = match self {
            Self::Forbidden => "forbidden",
            Self::Denied => "denied",
            Self::LiteralWildcard => "literal-wildcard",
            Self::LetterCase(_) => "letter-case",
            Self::TrailingSlash => "trailing-slash",
            Self::Scheme => "scheme",
            Self::Form { wanted, got } => return format!("{}-for-{}", family(got, wanted), family(wanted, got)),
            Self::ImmutableSubject => "immutable-subject",
            Self::NameSubject => "name-subject",
            Self::Other(part) => return format!("another-{part}"),
            Self::IdentityPool => "another-identity-pool",
            Self::Audience => "another-audience",
            Self::AuthorizedParty => "authorized-party",
            Self::Guest => "guest",
            Self::SignedIn => "signed-in",
            Self::Login => "another-login",
            Self::ForAllValues => "for-all-values",
            Self::NoKey(_) => "no-key",
            Self::ForeignKey => "foreign-key",
            Self::NeverPresent => "never-present",
            Self::Absent => "absent",
            Self::Address => "address",
            Self::Comparison => "comparison",
            Self::Truth => "truth",
            Self::Text(_) => "text",
            Self::TagSession => "tag-session",
            Self::SourceIdentity => "source-identity",
            Self::Action(_) => "action",
            Self::Provider => "another-provider",
            Self::Untraded => "untraded",
            Self::ProviderPath => "provider-path",
            Self::ProviderAccount => "provider-account",
            Self::HostForArn => "host-for-arn",
            Self::ArnForHost => "arn-for-host",
            Self::OtherProtocol => "other-protocol",
            Self::NotFederated => "not-federated",
        };
        id.to_owned()
    }

    /// The kind in the words of somebody who has to mend it.
    pub fn words(&self) -> String {
        let words = match self {
            Self::Forbidden => "just what it may not be",
            Self::Denied => "it holds, so the statement denies",
            Self::LiteralWildcard => "`StringEquals` takes `*` and `?` literally",
            Self::LetterCase(None) => "only the letter case differs",
            Self::LetterCase(Some(part)) => return format!("only the letter case of the {} differs", part_word(part)),
            Self::TrailingSlash => "only the slash at the end differs",
            Self::Scheme => "only the `https://` in front differs",
            Self::Form { wanted, got } => return form_words(wanted, got),
            Self::ImmutableSubject => "the token's subject has the immutable form, with ids",
            Self::NameSubject => "the token's subject has no ids, and the immutable form is wanted",
            Self::Other(part) => return format!("another {}", part_word(part)),
            Self::IdentityPool => "another identity pool",
            Self::Audience => "another audience",
            Self::AuthorizedParty => "the key reads `azp`, which the token has beside `aud`",
            Self::Guest => "a guest's token, and signed-in users are wanted",
            Self::SignedIn => "a signed-in user's token, and guests are wanted",
            Self::Login => "signed in through another provider",
            Self::ForAllValues => "`ForAllValues` wants every value of the token to be listed",
            Self::NoKey(why) if why.is_empty() => "STS makes no condition key of this claim",
            Self::NoKey(why) => return format!("STS makes no condition key of this claim: {why}"),
            Self::ForeignKey => "a key of another issuer",
            Self::NeverPresent => "this call never holds the key",
            Self::Absent => "not in the request",
            Self::Address => "outside of this range",
            Self::Comparison => "the comparison fails",
            Self::Truth => "not this value",
            Self::Text(at) => return format!("they part at character {at}"),
            Self::TagSession => "the token carries session tags, and the statement does not allow `sts:TagSession`",
            Self::SourceIdentity => {
                "the token carries a source identity, and the statement does not allow `sts:SetSourceIdentity`"
            }
            Self::Action(action) => return format!("the statement does not allow `{action}`"),
            Self::Provider => "another provider",
            Self::Untraded => "the trust policy never sees a user pool's token, but the one that an identity pool makes of it",
            Self::ProviderPath => "a provider of the same host with another path",
            Self::ProviderAccount => "a provider of another account",
            Self::HostForArn => "the provider is named by its ARN, not by its host",
            Self::ArnForHost => "the provider is named by its host, not by an ARN",
            Self::OtherProtocol => "a provider of assertions for a token, or of tokens for an assertion",
            Self::NotFederated => "a provider stands under `Federated`",
        };
        words.to_owned()
    }
}

/// Several kinds in words. Other parts of a subject are told together.
pub(super) fn words(kinds: &[DifferenceKind]) -> String {
    let others: Vec<&str> = kinds
        .iter()
        .filter_map(|kind| if let DifferenceKind::Other(part) = kind { Some(part_word(part)) } else { None })
        .collect();
    let rest = kinds.iter().filter(|kind| !matches!(kind, DifferenceKind::Other(_))).map(DifferenceKind::words);
    let mut all: Vec<String> = rest.collect();
    match others.as_slice() {
        [] => {}
        [only] => all.push(format!("another {only}")),
        [first @ .., last] => all.push(format!("another {} and {last}", first.join(", "))),
    }
    all.join("; ")
}

/// The word for a part of a subject: `{owner}`.
pub fn part_word(part: &'static str) -> &'static str {
    match part {
        "owner" => "organisation",
        "owner-id" => "id of the organisation",
        "repository-id" => "id of the repository",
        "organization" => "organisation",
        "organization-id" => "id of the organisation",
        "project-path" => "project",
        "project-id" => "id of the project",
        "repository-uuid" => "repository",
        "environment-uuid" => "environment",
        "step-uuid" => "step",
        "user-id" => "user",
        "service-account" => "service account",
        "control-plane" => "control plane",
        part => part,
    }
}

/// Branch and tag are both a ref where the other is neither.
fn family<'f>(form: &'f str, other: &str) -> &'f str {
    let is_ref = |form: &str| matches!(form, "branch" | "tag");
    if is_ref(form) && !is_ref(other) { "ref" } else { form }
}

fn form_words(wanted: &str, got: &str) -> String {
    let is_ref = |form: &str| matches!(form, "branch" | "tag");
    match (wanted, got) {
        (wanted, "environment") if is_ref(wanted) => {
            "the job uses an environment: its subject says `environment:`, not `ref:`".to_owned()
        }
        ("environment", got) if is_ref(got) => {
            "the job uses no environment: its subject says `ref:`, not `environment:`".to_owned()
        }
        (wanted, "pull-request") => {
            format!("a run for a pull request, whose subject names no {}", wanted.replace('-', " "))
        }
        (wanted, got) => format!("{} is wanted, and this is {}", with_article(wanted), with_article(got)),
    }
}

fn with_article(form: &str) -> String {
    let article = if form.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {}", form.replace('-', " "))
}
