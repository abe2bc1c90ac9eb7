//! Actions that together give more than each says.

use super::holder::{ANYTHING, Holder, USER};
use crate::finding::{Finding, Label, Severity};
use crate::lint::Rule;
use crate::reference::{Escalation, EscalationAction, Gain, On};
use crate::source::Span;

pub(in crate::rules) static RULE: Rule = Rule {
    name: "privilege-escalation",
    severity: Severity::High,
    page: include_str!("../../../rules/escalation/privilege-escalation.md"),
};

/// One finding, on the gravest of the ways. `passes` tells whether any role may be passed at all.
pub(super) fn check(holder: &Holder<'_, '_>, passes: bool, findings: &mut Vec<Finding>) {
    let is_open = |set: &Escalation| passes || !matches!(set.gain, Gain::RoleOf(_));
    // who may do everything has nothing to gain
    findings.extend(gravest(holder, is_open, || !holder.may_do_everything()));
}

/// The finding on the gravest of some ways, if it is to be told that there are any.
pub(super) fn gravest(
    holder: &Holder<'_, '_>,
    is_meant: impl Fn(&Escalation) -> bool,
    is_told: impl FnOnce() -> bool,
) -> Option<Finding> {
    let mut ways = holder.sets().filter(|set| is_meant(set)).filter_map(|set| Some((set, places(holder, set)?)));
    let (set, places) = ways.next().filter(|_| is_told())?;
    tell(holder, set, &places, ways.count())
}

/// Where each of the actions is allowed, on all that it could be about; `None` where one is not.
fn places(holder: &Holder<'_, '_>, set: &Escalation) -> Option<Vec<Span>> {
    let is_role = holder.role.is_some();
    match set.gain {
        // what is a user's is of no use to a role, and the other way round
        Gain::UserRights | Gain::NoUserBoundary if is_role => return None,
        // the boundary of a role by itself is not known
        Gain::NoBoundary if holder.role.is_none_or(|role| role.boundary.is_none()) => return None,
        // these are told where the pools are among the inputs
        Gain::PoolRole | Gain::ClassicRole | Gain::Group => return None,
        _ => {}
    }
    let given = match set.gain {
        Gain::RoleOf(service) => Some(("iam:PassedToService", service)),
        // who holds a policy by himself may be a user, and mean himself
        Gain::UserRights | Gain::NoUserBoundary => Some((USER, ANYTHING)),
        _ => None,
    };
    let place = |action: &EscalationAction, new: Option<&str>| match action.on {
        On::Itself => holder.allows(action.name, holder.arn(), given),
        On::Role => holder.allows(action.name, &holder.in_iam(&format!("role/{ANYTHING}")), given),
        On::OwnPolicy => {
            let own = holder.role.map(|role| role.own_policies(holder.arn())).unwrap_or_default();
            let any = holder.in_iam(&format!("policy/{ANYTHING}"));
            own.iter().chain([&any]).find_map(|policy| holder.allows(action.name, policy, given))
        }
        On::User => holder.allows(action.name, &holder.in_iam(&format!("user/{ANYTHING}")), given),
        On::Group => holder.allows(action.name, &holder.in_iam(&format!("group/{ANYTHING}")), given),
        On::Saml => holder.allows(action.name, &holder.in_iam(&format!("saml-provider/{ANYTHING}")), given),
        On::New => holder.allows(action.name, new?, given),
        On::Instance => holder.allows_any_of(action.name, "arn:aws:ec2:eu-west-1:111122223333:instance/i-07f3c00000000000a"),
        // what runs is as good as named where it is held to some
        On::Any | On::Pool | On::UserPool if matches!(set.gain, Gain::RunsAs(_)) => holder.allows_unnamed(action.name),
        On::Any | On::Pool | On::UserPool => holder.allows_listed(action.name),
    };
    let places = |new: Option<&str>| set.actions.iter().map(|action| place(action, new)).collect();
    if set.makes_role() { holder.new_roles(set).iter().find_map(|role| places(Some(role))) } else { places(None) }
}

fn tell(holder: &Holder<'_, '_>, set: &Escalation, places: &[Span], others: usize) -> Option<Finding> {
    let names: Vec<String> = set.actions.iter().map(|action| format!("`{}`", action.name)).collect();
    let (first, rest) = names.split_first()?;
    let with = match rest.split_last() {
        None => first.clone(),
        Some((last, [])) => format!("{first} and {last}"),
        Some((last, between)) => format!("{first}, {} and {last}", between.join(", ")),
    };
    let further = match others {
        0 => String::new(),
        1 => ", and there is another way".to_owned(),
        _ => format!(", and there are {others} other ways"),
    };
    let (place, others) = places.split_first()?;
    // of some that are kept out nothing is told
    let is_open = |span: &Span| {
        holder.allowing().any(|own| own.range.contains(*span) && own.resources.as_ref().is_some_and(|own| own.negated))
    };
    let left =
        if matches!(set.gain, Gain::Role | Gain::User) && places.iter().any(is_open) { " that `NotResource` leaves" } else { "" };
    let mut related: Vec<Label> = Vec::new();
    for span in others {
        if span != place && !related.iter().any(|own| own.span == *span) {
            related.push(Label::new(*span, "together with this"));
        }
    }
    Some(Finding {
        severity: severity(set.gain),
        related,
        help: Some(help(set)),
        ..RULE.finding(
            format!("{} can {}{left} by {with}{further}", holder.title(), words(set.gain)),
            *place,
            "gives more than it says",
        )
    })
}

fn severity(gain: Gain) -> Severity {
    match gain {
        // it hangs on what runs, on what the policy said once, or on whether there is a boundary or a provider at all
        Gain::RunsAs(_) | Gain::OlderVersion | Gain::NoUserBoundary | Gain::SamlRole => Severity::Medium,
        _ => Severity::High,
    }
}

/// What the holder can do then.
fn words(gain: Gain) -> String {
    match gain {
        Gain::Rights | Gain::UserRights => "give itself any right of the account".to_owned(),
        Gain::Role => "take any role".to_owned(),
        Gain::User => "act as any user".to_owned(),
        Gain::PermissionSet => "give any right to whoever has a permission set".to_owned(),
        Gain::NoBoundary | Gain::NoUserBoundary => "take off its own permissions boundary".to_owned(),
        Gain::OlderVersion => "bring back an older version of its own policies".to_owned(),
        Gain::RoleOf(service) => format!("act as any role that `{service}` may take"),
        Gain::RunsAs(service) => format!("act as the roles of what runs for `{service}`"),
        Gain::PoolRole | Gain::ClassicRole => "give an identity pool any role".to_owned(),
        Gain::Group => "add users to any group".to_owned(),
        Gain::SamlRole => "act as any role that takes assertions of a SAML provider".to_owned(),
    }
}

fn help(set: &Escalation) -> String {
    let passes = set.actions.iter().any(|action| action.name == "iam:PassRole");
    match set.actions.first() {
        Some(_) if passes => {
            "hold `iam:PassRole` to the roles that are meant, none of which may do more than its holder".to_owned()
        }
        Some(first) => format!("hold `{}` to what is meant, or leave it to administrators", first.name),
        None => String::new(),
    }
}
