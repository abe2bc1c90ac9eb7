//! Whether a statement names the caller.

use super::fill::Units;
use super::{Caller, Gap, GapReason, Truth, undocumented};
use crate::arn::Arn;
use crate::pattern::{Mode, Unit, matches};
use crate::policy::{PolicyKind, Principal, PrincipalKind, Principals};
use crate::syntax::{Piece, Text};

/// Whether `Principal` or `NotPrincipal` of a statement takes the caller in.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>,
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>
pub(super) fn judge(principals: &Principals<'_>, caller: Caller<'_>, kind: PolicyKind, denies: bool) -> Truth {
    if principals.list.is_empty() {
        return Gap::undocumented(undocumented::EMPTY_LIST, principals.key).into();
    }
    let trusts = kind == PolicyKind::Trust && !denies;
    let named = principals.list.iter().map(|principal| judge_one(principal, caller, trusts)).fold(Truth::No, Truth::or);
    if !principals.negated {
        return named;
    }
    // To be spared, the caller's account must be listed as well as the role and the session: AWS looks at each, in an order
    // that depends on the service.
    match caller {
        Caller::Aws(arn) if named == Truth::Yes && !each_is_listed(&principals.list, arn) => {
            Gap::undocumented(undocumented::NOTPRINCIPAL_CHAIN, principals.key).into()
        }
        _ => !named,
    }
}

/// `trusts`: whether this allows in a trust policy.
fn judge_one(principal: &Principal<'_>, caller: Caller<'_>, trusts: bool) -> Truth {
    let text = &principal.value;
    let hole = Gap { reason: GapReason::Hole, span: text.span() };
    let open = |id| Gap::undocumented(id, text.span()).into();
    if principal.kind == PrincipalKind::Later {
        return hole.into();
    }
    let Some(known) = text.known() else {
        return if may_name(principal, caller) { hole.into() } else { Truth::No };
    };
    match (principal.kind, caller) {
        (PrincipalKind::Anyone, _) if trusts => open(undocumented::PRINCIPAL_STAR_ALLOW),
        (PrincipalKind::Anyone, _) => Truth::Yes,
        (PrincipalKind::Aws, Caller::Federated(_)) if known == "*" && trusts => open(undocumented::PRINCIPAL_STAR_ALLOW),
        (PrincipalKind::Aws, _) if known == "*" => Truth::Yes,
        (PrincipalKind::Aws, Caller::Aws(arn)) => names_aws(known, arn).into(),
        (PrincipalKind::Federated, Caller::Federated(name)) if known != name => {
            if known == "*" {
                open(undocumented::PRINCIPAL_FEDERATED_STAR)
            } else if known.eq_ignore_ascii_case(name) {
                open(undocumented::PRINCIPAL_FEDERATED_CASE)
            } else {
                Truth::No
            }
        }
        (PrincipalKind::Federated, Caller::Federated(_)) => Truth::Yes,
        (PrincipalKind::Service, Caller::Service(_)) if known == "*" => open(undocumented::PRINCIPAL_SERVICE_STAR),
        (PrincipalKind::Service, Caller::Service(name)) => (known == name).into(),
        (PrincipalKind::CanonicalUser, Caller::Aws(_)) => open(undocumented::PRINCIPAL_CANONICAL),
        _ => Truth::No,
    }
}

/// Whether a principal with a hole may turn out to name the caller.
fn may_name(principal: &Principal<'_>, caller: Caller<'_>) -> bool {
    match (principal.kind, caller) {
        (PrincipalKind::Aws, Caller::Aws(_)) => true,
        (PrincipalKind::Federated, Caller::Federated(name)) | (PrincipalKind::Service, Caller::Service(name)) => {
            may_be(&principal.value, name) || may_be(&principal.value, "*")
        }
        (PrincipalKind::Aws | PrincipalKind::Anyone, _) => may_be(&principal.value, "*"),
        (PrincipalKind::CanonicalUser, Caller::Aws(_)) => true,
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

/// Whether the value of an `AWS` principal names the caller: its account, itself, or for a session its role.
fn names_aws(principal: &str, caller: &str) -> bool {
    principal == caller || names_account(principal, caller) || names_role_of(principal, caller)
}

/// `111122223333` and `arn:aws:iam::111122223333:root` are the whole account.
fn names_account(principal: &str, caller: &str) -> bool {
    let Some(account) = Arn::parse(caller).map(|arn| arn.account).filter(|account| !account.is_empty()) else {
        return false;
    };
    match Arn::parse(principal) {
        Some(arn) => is_root(arn) && arn.account == account && same_partition(principal, caller),
        None => principal == account,
    }
}

/// A session's ARN has the role's name but not its path; the name alone is unique in an account.
fn names_role_of(principal: &str, caller: &str) -> bool {
    let (Some(role), Some(session)) = (Arn::parse(principal), Arn::parse(caller)) else {
        return false;
    };
    let own_role = session.resource.strip_prefix("assumed-role/").and_then(|rest| rest.split('/').next());
    session.service == "sts"
        && role.account == session.account
        && same_partition(principal, caller)
        && own_role.is_some_and(|name| role.role_name() == Some(name))
}

fn same_partition(one: &str, other: &str) -> bool {
    Arn::parse(one).map(|arn| arn.partition) == Arn::parse(other).map(|arn| arn.partition)
}

fn is_root(arn: Arn<'_>) -> bool {
    arn.service == "iam" && arn.resource == "root"
}

/// Whether a list names each of what a caller is: its account, its role where it is a session, and itself.
fn each_is_listed(list: &[Principal<'_>], caller: &str) -> bool {
    let lists = |test: &dyn Fn(&str) -> bool| {
        list.iter().filter(|own| own.kind == PrincipalKind::Aws).filter_map(|own| own.value.known()).any(test)
    };
    let anyone = list.iter().any(|own| own.kind == PrincipalKind::Anyone) || lists(&|own| own == "*");
    let is_session = Arn::parse(caller).is_some_and(|arn| arn.service == "sts" && arn.resource.starts_with("assumed-role/"));
    let account = lists(&|own| names_account(own, caller));
    let itself = lists(&|own| own == caller);
    let role = !is_session || lists(&|own| names_role_of(own, caller));
    anyone || account && itself && role
}
