//! Whether a statement names the caller.

use super::caller::{Caller, Standing, session_of};
use super::fill::Units;
use super::{Context, ContextValue, Gap, GapReason, Truth, undocumented};
use crate::arn::Arn;
use crate::pattern::{Mode, Unit, matches};
use crate::policy::{PolicyKind, Principal, PrincipalKind, Principals};
use crate::syntax::{Piece, Text};

/// How directly a principal names a caller. Each takes in the ones before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Reach {
    /// The caller itself, or everybody.
    Itself,
    /// The role of a session, or the user behind a federated one.
    Role,
    /// The whole account.
    Account,
}

/// Of whom it is asked whether a statement names him.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    /// The caller.
    pub(super) caller: Caller<'a>,
    /// How directly he must be named.
    pub(super) reach: Reach,
    /// Whether a permissions boundary limits him.
    pub(super) bounded: bool,
    /// The condition keys of his request.
    pub(super) context: &'a Context<'a>,
    /// Whether an endpoint that he comes through may be a gateway endpoint, as those of two services may.
    pub(super) through_gateway: bool,
}

/// Whether `Principal` or `NotPrincipal` of a statement takes the caller in.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>,
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>
pub(super) fn judge(principals: &Principals<'_>, asked: Asked<'_>, kind: PolicyKind, denies: bool) -> Truth {
    if principals.list.is_empty() {
        return Gap::undocumented(undocumented::EMPTY_LIST, principals.key).into();
    }
    // INVARIANT: only an Allow that names its principals is told apart by how directly it does; a Deny holds for the whole account.
    let asked = if denies || principals.negated { Asked { reach: Reach::Account, ..asked } } else { asked };
    let trusts = kind == PolicyKind::Trust && !denies;
    let named = principals.list.iter().map(|principal| judge_one(principal, asked, kind, trusts)).fold(Truth::No, Truth::or);
    if !principals.negated {
        return named;
    }
    // To be spared, the caller's account must be listed as well as the role and the session: AWS looks at each, in an order
    // that depends on the service.
    match asked.caller {
        Caller::Aws(_) | Caller::Account(_) if denies && asked.bounded => Truth::Yes,
        Caller::Aws(arn) if named == Truth::Yes && !each_is_listed(&principals.list, arn) => {
            Gap::undocumented(undocumented::NOTPRINCIPAL_CHAIN, principals.key).into()
        }
        _ => !named,
    }
}

/// `trusts`: whether this allows in a trust policy.
pub(super) fn judge_one(principal: &Principal<'_>, asked: Asked<'_>, kind: PolicyKind, trusts: bool) -> Truth {
    let text = &principal.value;
    let gap = |reason| Gap { reason, span: text.span() };
    let open = |id| Gap::undocumented(id, text.span()).into();
    if principal.kind == PrincipalKind::Later {
        return gap(GapReason::Hole).into();
    }
    let Some(known) = text.known() else {
        return if may_name(principal, asked.caller) { gap(GapReason::Hole).into() } else { Truth::No };
    };
    match (principal.kind, asked.caller) {
        (PrincipalKind::Anyone, _) if trusts => open(undocumented::PRINCIPAL_STAR_ALLOW),
        (PrincipalKind::Anyone, _) => Truth::Yes,
        (PrincipalKind::Aws, Caller::Federated(_)) if known == "*" && trusts => open(undocumented::PRINCIPAL_STAR_ALLOW),
        (PrincipalKind::Aws, _) if known == "*" => Truth::Yes,
        // of a gateway endpoint the account is its root user only
        (PrincipalKind::Aws, Caller::Aws(arn))
            if kind == PolicyKind::Endpoint
                && asked.through_gateway
                && names_account(known, arn)
                && asked.caller.standing() != Standing::Root =>
        {
            open(undocumented::PRINCIPAL_ENDPOINT_ACCOUNT)
        }
        (PrincipalKind::Aws, Caller::Aws(arn)) => names_aws(known, arn, asked.reach, gap(GapReason::Caller)),
        (PrincipalKind::Aws, Caller::Account(account)) => (asked.reach == Reach::Account && is_account(known, account)).into(),
        (PrincipalKind::Federated, Caller::Federated(name)) if known != name => {
            if known == "*" {
                open(undocumented::PRINCIPAL_FEDERATED_STAR)
            } else if known.eq_ignore_ascii_case(name) {
                open(undocumented::PRINCIPAL_FEDERATED_CASE)
            } else {
                Truth::No
            }
        }
        (PrincipalKind::Federated, Caller::Federated(_)) if kind == PolicyKind::Trust => Truth::Yes,
        (PrincipalKind::Federated, Caller::Federated(_)) => open(undocumented::PRINCIPAL_FEDERATED_ELSEWHERE),
        (PrincipalKind::Federated, Caller::Aws(_)) if kind != PolicyKind::Trust && came_by(known, asked) => {
            open(undocumented::PRINCIPAL_FEDERATED_ELSEWHERE)
        }
        (PrincipalKind::Service, Caller::Service(_)) if known == "*" => open(undocumented::PRINCIPAL_SERVICE_STAR),
        (PrincipalKind::Service, Caller::Service(name)) => (known == name).into(),
        (PrincipalKind::CanonicalUser, Caller::Canonical(id)) => (known == id).into(),
        // it is another name of an account
        (PrincipalKind::CanonicalUser, Caller::Aws(_) | Caller::Account(_)) if asked.reach == Reach::Account => {
            open(undocumented::PRINCIPAL_CANONICAL)
        }
        (PrincipalKind::Aws, Caller::Canonical(_)) if names_an_account(known) => open(undocumented::PRINCIPAL_CANONICAL),
        _ => Truth::No,
    }
}

/// Whether the caller is a session that was, or may have been, got by this provider.
fn came_by(provider: &str, asked: Asked<'_>) -> bool {
    asked.caller.standing() == Standing::Session
        && match asked.context.get(FEDERATED_PROVIDER) {
            Some(ContextValue::Unknown) => true,
            Some(own) => own.values().any(|own| own == provider),
            None => !asked.context.lacks(FEDERATED_PROVIDER),
        }
}

const FEDERATED_PROVIDER: &str = "aws:FederatedProvider";

/// Whether a principal with a hole may turn out to name the caller.
fn may_name(principal: &Principal<'_>, caller: Caller<'_>) -> bool {
    match (principal.kind, caller) {
        (PrincipalKind::Aws, Caller::Aws(_) | Caller::Account(_)) => true,
        (PrincipalKind::Federated, Caller::Federated(name)) | (PrincipalKind::Service, Caller::Service(name)) => {
            may_be(&principal.value, name) || may_be(&principal.value, "*")
        }
        (PrincipalKind::Aws | PrincipalKind::Anyone, _) => may_be(&principal.value, "*"),
        (PrincipalKind::CanonicalUser, Caller::Canonical(id)) => may_be(&principal.value, id),
        (PrincipalKind::CanonicalUser, Caller::Aws(_) | Caller::Account(_)) => true,
        _ => false,
    }
}

fn may_be(text: &Text<'_>, value: &str) -> bool {
    let mut units = Units::new();
    let pieces = text.pieces();
    for piece in &*pieces {
        units.push(match piece {
            Piece::Literal(literal) => Unit::Exact(&literal.value),
            Piece::Hole(_) => Unit::Any,
        });
    }
    matches(units.as_slice(), value, Mode::EqualIgnoreCase)
}

/// Whether the value of an `AWS` principal names the caller. `open`: what is not known of a caller who does not say all of himself.
fn names_aws(principal: &str, caller: &str, reach: Reach, open: Gap) -> Truth {
    let standing = Caller::Aws(caller).standing();
    let (Some(own), Some(arn)) = (Arn::parse(caller), Arn::parse(principal)) else {
        return (reach == Reach::Account && names_account(principal, caller)).into();
    };
    let is_neighbour = arn.account == own.account && arn.partition == own.partition;
    if principal == caller {
        return match standing {
            Standing::Root => reach == Reach::Account,
            // it is a session of the role that asks
            Standing::Session if own.service == "iam" => reach >= Reach::Role,
            _ => true,
        }
        .into();
    }
    match standing {
        // the name of the session is not told
        Standing::Session if own.service == "iam" && is_neighbour && is_session_of(arn, own.role_name()) => open.into(),
        // nor is the user who asked for the session
        Standing::FederatedUser
            if is_neighbour && reach >= Reach::Role && arn.service == "iam" && arn.resource.starts_with("user/") =>
        {
            open.into()
        }
        _ => (reach >= Reach::Role && names_role_of(principal, caller)
            || reach == Reach::Account && names_account(principal, caller))
        .into(),
    }
}

/// `111122223333` and `arn:aws:iam::111122223333:root` are the whole account.
fn names_account(principal: &str, caller: &str) -> bool {
    let Some(own) = Arn::parse(caller).filter(|arn| !arn.account.is_empty()) else {
        return false;
    };
    is_account(principal, own.account) && Arn::parse(principal).is_none_or(|arn| arn.partition == own.partition)
}

/// Whether a principal is this account as a whole.
fn is_account(principal: &str, account: &str) -> bool {
    match Arn::parse(principal) {
        Some(arn) => is_root(arn) && arn.account == account,
        None => principal == account,
    }
}

/// Whether a principal is some account as a whole.
fn names_an_account(principal: &str) -> bool {
    Arn::parse(principal).map_or_else(|| principal.bytes().all(|byte| byte.is_ascii_digit()), is_root)
}

/// A session's ARN has the role's name but not its path; the name alone is unique in an account.
fn names_role_of(principal: &str, caller: &str) -> bool {
    let (Some(role), Some(session)) = (Arn::parse(principal), Arn::parse(caller)) else {
        return false;
    };
    role.account == session.account && role.partition == session.partition && is_session_of(session, role.role_name())
}

/// Whether this is the ARN of a session of the role of this name.
fn is_session_of(session: Arn<'_>, role: Option<&str>) -> bool {
    role.is_some() && session_of(session).map(|(own, _)| own) == role
}

fn is_root(arn: Arn<'_>) -> bool {
    arn.service == "iam" && arn.resource == "root"
}

/// Whether a list names each of what a caller is: its account, its role where it is a session, and itself. A session whose name is
/// not told is not listed itself.
fn each_is_listed(list: &[Principal<'_>], caller: &str) -> bool {
    let lists = |test: &dyn Fn(&str) -> bool| {
        list.iter().filter(|own| own.kind == PrincipalKind::Aws).filter_map(|own| own.value.known()).any(test)
    };
    let anyone = list.iter().any(|own| own.kind == PrincipalKind::Anyone) || lists(&|own| own == "*");
    let standing = Caller::Aws(caller).standing();
    let is_session = standing == Standing::Session;
    let is_unnamed = is_session && Arn::parse(caller).is_some_and(|arn| arn.service == "iam");
    let account = lists(&|own| names_account(own, caller));
    let itself = standing == Standing::Root || !is_unnamed && lists(&|own| own == caller);
    let role = !is_session || lists(&|own| names_role_of(own, caller));
    anyone || account && itself && role
}
