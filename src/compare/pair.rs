//! Which policies of two states are the same one.

use std::collections::{HashMap, VecDeque};

use super::ask::{ask, everything};
use super::same::Forms;
use super::{Doubt, Means, Pair, Presence, Side, State, Subject};
use crate::inventory::{Document, Inventory, LoosePolicy, Role, SnapshotFile, SnapshotPart};
use crate::policy::{Policy, PolicyKind};
use crate::source::SourceId;
use crate::syntax::Text;

/// All pairs, in no order.
pub(super) fn pairs<'i, 's>(old: &Side<'i, 's>, new: &Side<'i, 's>, means: Means<'_>) -> Vec<Pair<'i, 's>> {
    let pairing = Pairing { old, new, means };
    let roles = pairing.roles();
    let mut pairs: Vec<Pair<'i, 's>> = roles.iter().flat_map(|own| pairing.of_role(*own)).collect();
    pairs.extend(pairing.loose().into_iter().filter_map(|own| pairing.of_loose(own)));
    let torn = [(old, new), (new, old)].map(|(side, other)| pairing.torn(side, other));
    pairs.into_iter().map(|pair| doubt_of_torn(pair, &torn)).collect()
}

/// Something before, now, or both.
type Two<T> = (Option<T>, Option<T>);

struct Pairing<'p, 'i, 's> {
    old: &'p Side<'i, 's>,
    new: &'p Side<'i, 's>,
    means: Means<'p>,
}

impl<'i, 's> Pairing<'_, 'i, 's> {
    /// By its ARN; a file that is the trust policy of a role by its path; else by its name.
    fn roles(&self) -> Vec<Two<&'i Role<'s>>> {
        let arn = |_: State, role: &&Role<'_>| known(role.arn.as_ref());
        let path = |state, role: &&Role<'_>| is_bare(role).then(|| self.side(state).path(role.span().source).to_owned());
        let name = |_: State, role: &&Role<'_>| known(Some(&role.name));
        let mut join = Join::new(self.old.inventory.roles.iter(), self.new.inventory.roles.iter());
        join.by(arn, |_, _| true);
        join.by(path, |_, _| true);
        // of two ARNs these are two roles
        join.by(name, |old, new| old.arn.is_none() || new.arn.is_none());
        join.finish()
    }

    fn of_role(&self, (old, new): Two<&'i Role<'s>>) -> Vec<Pair<'i, 's>> {
        let (of_old, of_new) = (old.and_then(|own| own.trust.as_ref()), new.and_then(|own| own.trust.as_ref()));
        let trust = (of_old.is_some() || of_new.is_some()).then(|| self.trust((old, new), (of_old, of_new)));
        let boundary = old.zip(new).and_then(|both| self.boundary(both));
        let branch = self.other_branch((old, new), (of_old, of_new));
        trust.into_iter().chain(branch).chain(self.permissions((old, new))).chain(boundary).collect()
    }

    /// The trust policies of a template whose conditions are decided otherwise; where one state has no such, that which counts.
    fn other_branch(&self, roles: Two<&'i Role<'s>>, trusts: Two<&'i Policy<'s>>) -> Option<Pair<'i, 's>> {
        let of = |role: Option<&'i Role<'s>>| role.and_then(|role| role.other_trusts.iter().find(|own| own.otherwise));
        let (old, new) = (of(roles.0), of(roles.1));
        if old.is_none() && new.is_none() {
            return None;
        }
        let mut pair = self.trust(roles, (old.or(trusts.0), new.or(trusts.1)));
        pair.notes.push("where conditions of the template are decided otherwise".to_owned());
        Some(pair)
    }

    fn trust(&self, roles: Two<&'i Role<'s>>, trusts: Two<&'i Policy<'s>>) -> Pair<'i, 's> {
        let mut pair = Pair::new(Subject::Trust, Some(self.title(roles)), list(trusts.0), list(trusts.1));
        pair.place = trusts.1.or(trusts.0).map_or(pair.place, |policy| policy.mark);
        let several = [roles.0, roles.1].into_iter().flatten().any(|role| {
            role.other_trusts.iter().any(|own| !own.otherwise && role.trust.as_ref().is_none_or(|trust| own.range != trust.range))
        });
        if several {
            pair.notes.push("several trust policies were given for it, and the last one counts".to_owned());
        }
        let missing = (trusts.0.is_none().then_some(()), trusts.1.is_none().then_some(()));
        let arn = roles.1.or(roles.0).and_then(|role| known(role.arn.as_ref()));
        self.answer_of(pair, arn.as_deref(), self.unread(roles, missing, SnapshotPart::Roles))
    }

    /// All identity policies together, so that a statement may move from one to another.
    fn permissions(&self, roles: Two<&'i Role<'s>>) -> Option<Pair<'i, 's>> {
        let of = |role: Option<&'i Role<'s>>| -> Vec<&'i Policy<'s>> {
            role.into_iter().flat_map(|role| role.permissions.iter().map(|named| &named.policy)).collect()
        };
        let lacks = |role: Option<&'i Role<'s>>| role.is_none_or(Role::lacks_policies);
        let unread = |role: Option<&'i Role<'s>>| role.map_or(&[][..], |role| role.unread.as_slice());
        let (before, now) = (unread(roles.0), unread(roles.1));
        let (old, new) = (of(roles.0), of(roles.1));
        if old.is_empty() && new.is_empty() && before.is_empty() && now.is_empty() {
            return None;
        }
        let mut pair = Pair::new(Subject::Permissions, Some(self.title(roles)), old, new);
        let role = roles.1.or(roles.0)?;
        if pair.place.source == SourceId::NONE {
            pair.place = role.span();
        }
        if roles.0.is_some() && roles.1.is_some() {
            pair.presence = Presence::Both;
            pair.beside = !(before.is_empty() && [roles.0, roles.1].into_iter().flatten().all(|own| own.complete));
        }
        let is_in = |list: &[Text<'s>], arn: &Text<'s>| list.iter().any(|own| own.shown() == arn.shown());
        let mut doubts = Vec::new();
        for (list, other, when) in [(now, before, "is attached now"), (before, now, "was attached before")] {
            for arn in list.iter().filter(|arn| !is_in(other, arn)) {
                doubts.push(Doubt::Missing(format!("`{}` {when}, and was not given", arn.shown()), arn.span()));
            }
        }
        let kept: Vec<String> = now.iter().filter(|arn| is_in(before, arn)).map(|arn| format!("`{}`", arn.shown())).collect();
        if !kept.is_empty() {
            pair.notes.push(format!("{} of it was not given, and is taken to be the same as before", kept.join(" and ")));
        }
        let missing = (lacks(roles.0).then_some(()), lacks(roles.1).then_some(()));
        doubts.extend(self.unread(roles, missing, SnapshotPart::RoleDetails));
        Some(self.answer(pair, doubts))
    }

    /// Of a role that is there in both states: without a boundary nothing limits it.
    fn boundary(&self, (old, new): (&'i Role<'s>, &'i Role<'s>)) -> Option<Pair<'i, 's>> {
        // a list of roles leaves boundaries out, as it does tags
        let is_told = |role: &Role<'_>| role.boundary.is_some() || role.tags_known || role.complete;
        let (before, now) = (old.boundary.as_ref(), new.boundary.as_ref());
        let arns = (before.map(|arn| arn.shown()), now.map(|arn| arn.shown()));
        let limits = (old.limit.as_deref(), new.limit.as_deref());
        if arns.0 == arns.1 && (before.is_none() || limits.0.is_none() && limits.1.is_none()) {
            return None;
        }
        let mut pair = Pair::new(Subject::Boundary, Some(self.title((Some(old), Some(new)))), list(limits.0), list(limits.1));
        pair.place = limits.1.map(|limit| limit.mark).or(now.map(Text::span)).unwrap_or(new.span());
        pair.presence = Presence::Both;
        let mut doubts = Vec::new();
        for (role, arn, limit, when) in [(old, before, limits.0, "before"), (new, now, limits.1, "now")] {
            match (arn, limit) {
                (Some(arn), None) => {
                    doubts.push(Doubt::Missing(format!("`{}` limits it {when}, and was not given", arn.shown()), arn.span()));
                }
                (None, _) if !is_told(role) => {
                    doubts.push(Doubt::Missing(format!("whether a boundary limits it {when} is not told"), role.span()));
                }
                _ => {}
            }
        }
        let all = everything(PolicyKind::Boundary);
        if before.is_none() {
            pair.old.push(all);
            pair.notes.push("no boundary limited it before".to_owned());
        }
        if now.is_none() {
            pair.new.push(all);
            pair.notes.push("no boundary limits it now".to_owned());
        }
        if doubts.is_empty() { Some(self.answer(pair, doubts)) } else { Some(with_doubts(pair, doubts).settle()) }
    }

    /// By what it goes by, also where it moved to another file; else by its file, there by its text and then by its order.
    fn loose(&self) -> Vec<Two<&'i LoosePolicy<'s>>> {
        let kind = |own: &LoosePolicy<'_>| own.policy.kind.name();
        let name = |own: &LoosePolicy<'_>| known(own.name.as_ref());
        let path = |state, own: &LoosePolicy<'_>| self.side(state).path(own.source).to_owned();
        let form = |own: &LoosePolicy<'_>| Forms::of(&[&own.policy], self.means.sources).text();
        let unnamed = |own: &&LoosePolicy<'_>| own.name.is_none();
        let mut join = Join::new(self.old.inventory.policies.iter(), self.new.inventory.policies.iter());
        let any = |_: &&LoosePolicy<'_>, _: &&LoosePolicy<'_>| true;
        join.by(|state, own| Some((kind(own), path(state, own), name(own)?)), any);
        join.by(|_, own| Some((kind(own), name(own)?)), any);
        join.by(|state, own| unnamed(own).then(|| (kind(own), path(state, own), form(own))), any);
        join.by(|state, own| unnamed(own).then(|| (kind(own), path(state, own))), any);
        join.by(|_, own| unnamed(own).then(|| (kind(own), form(own))), any);
        join.finish()
    }

    /// None where it is a boundary, which is looked at with its role.
    fn of_loose(&self, (old, new): Two<&'i LoosePolicy<'s>>) -> Option<Pair<'i, 's>> {
        let limits = |side: &Side<'i, 's>, own: &LoosePolicy<'_>| {
            let limits = side.inventory.roles.iter().filter_map(|role| role.limit.as_deref());
            !own.alone && limits.into_iter().any(|limit| limit.mark == own.policy.mark)
        };
        if old.is_none_or(|own| limits(self.old, own)) && new.is_none_or(|own| limits(self.new, own)) {
            return None;
        }
        let own = new.or(old)?;
        // what a role has in the other state is no news
        let attached = |side: &Side<'i, 's>| own.name.as_ref().and_then(|arn| attached(side.inventory, arn.known()?));
        let before = old.map(|own| &own.policy).or_else(|| attached(self.old));
        let now = new.map(|own| &own.policy).or_else(|| attached(self.new));
        let kind = own.policy.kind;
        let mut pair = Pair::new(Subject::Policy(kind), known(own.name.as_ref()), list(before), list(now));
        pair.place = new.or(old).map_or(pair.place, |own| own.policy.mark);
        pair.beside = matches!(kind, PolicyKind::Identity | PolicyKind::Resource | PolicyKind::Scp | PolicyKind::Rcp);
        Some(self.answer(pair, Vec::new()))
    }

    fn answer(&self, pair: Pair<'i, 's>, doubts: Vec<Doubt>) -> Pair<'i, 's> {
        self.answer_of(pair, None, doubts)
    }

    /// Asks in both directions, unless nothing but the form has changed.
    fn answer_of(&self, mut pair: Pair<'i, 's>, role: Option<&str>, doubts: Vec<Doubt>) -> Pair<'i, 's> {
        let forms = |policies: &[&Policy<'_>]| Forms::of(policies, self.means.sources);
        if pair.presence != Presence::Both || !forms(&pair.old).is(&forms(&pair.new)) {
            // where the role itself is new or gone, nothing stands beside
            pair.beside &= pair.presence == Presence::Both || matches!(pair.subject, Subject::Policy(_));
            let (now, before) = [State::New, State::Old].map(|state| ask(&pair, state, role, self.means)).into();
            pair.widened = now;
            pair.narrowed = before;
        }
        with_doubts(pair, doubts).settle()
    }

    /// What is missing in one state may be there all the same, where a snapshot could not read it.
    fn unread(&self, roles: Two<&'i Role<'s>>, missing: Two<()>, part: fn(Option<&'i str>) -> SnapshotPart<'i>) -> Vec<Doubt> {
        let account = |side: &Side<'i, 's>, role: Option<&'i Role<'s>>| side.inventory.account_of_role(role?);
        let account = account(self.new, roles.1).or_else(|| account(self.old, roles.0));
        let missing = missing.0.map(|()| self.old).into_iter().chain(missing.1.map(|()| self.new));
        let files = missing.filter_map(|side| side.inventory.unread(part(account)));
        let doubt = |file: &SnapshotFile<'_>| {
            Doubt::Missing(format!("not readable when the snapshot was taken: {file}"), file.state_span)
        };
        files.map(doubt).collect()
    }

    /// Why something may be there of which nothing was seen: a file that changed, and of which a part was not understood.
    fn torn(&self, side: &Side<'i, 's>, other: &Side<'i, 's>) -> Option<Doubt> {
        let torn: Vec<&Document> = side.inventory.documents.iter().filter(|own| !own.faults.is_empty()).collect();
        if torn.is_empty() {
            return None;
        }
        let changed = side.changed(other, self.means.sources);
        let fault = torn.iter().filter(|own| changed.contains(&own.source)).find_map(|own| own.faults.first())?;
        let name = self.means.sources.get(fault.span.source).name();
        Some(Doubt::Missing(format!("`{name}` is not well-formed, and may hold it"), fault.span))
    }

    fn title(&self, roles: Two<&'i Role<'s>>) -> String {
        let of = |side: &Side<'i, 's>, role: Option<&'i Role<'s>>| role.map(|role| side.inventory.title(role).into_owned());
        of(self.new, roles.1).or_else(|| of(self.old, roles.0)).unwrap_or_default()
    }

    fn side(&self, state: State) -> &Side<'i, 's> {
        match state {
            State::Old => self.old,
            State::New => self.new,
        }
    }
}

impl Side<'_, '_> {
    fn path(&self, source: SourceId) -> &str {
        self.paths.get(&source).map_or("", String::as_str)
    }
}

/// Two lists of which some are paired already.
struct Join<T> {
    old: Vec<Option<T>>,
    new: Vec<Option<T>>,
    pairs: Vec<Two<T>>,
}

impl<T: Copy> Join<T> {
    fn new(old: impl Iterator<Item = T>, new: impl Iterator<Item = T>) -> Self {
        Self { old: old.map(Some).collect(), new: new.map(Some).collect(), pairs: Vec::new() }
    }

    /// Pairs what has the same key and fits, the first with the first.
    fn by<K: std::hash::Hash + Eq>(&mut self, key: impl Fn(State, &T) -> Option<K>, fits: impl Fn(&T, &T) -> bool) {
        let mut waiting: HashMap<K, VecDeque<usize>> = HashMap::new();
        for (index, own) in self.old.iter().enumerate() {
            if let Some(key) = own.as_ref().and_then(|own| key(State::Old, own)) {
                waiting.entry(key).or_default().push_back(index);
            }
        }
        if waiting.is_empty() {
            return;
        }
        for own in &mut self.new {
            let Some(new) = own.as_ref() else { continue };
            let Some(queue) = key(State::New, new).and_then(|key| waiting.get_mut(&key)) else { continue };
            let fitting =
                queue.iter().position(|&index| self.old.get(index).and_then(Option::as_ref).is_some_and(|old| fits(old, new)));
            let old = fitting.and_then(|at| queue.remove(at)).and_then(|index| self.old.get_mut(index)?.take());
            if old.is_some() {
                self.pairs.push((old, own.take()));
            }
        }
    }

    fn finish(self) -> Vec<Two<T>> {
        let gone = self.old.into_iter().flatten().map(|own| (Some(own), None));
        let added = self.new.into_iter().flatten().map(|own| (None, Some(own)));
        self.pairs.into_iter().chain(gone).chain(added).collect()
    }
}

/// A file that is a trust policy and tells nothing else of its role.
fn is_bare(role: &Role<'_>) -> bool {
    role.arn.is_none() && role.trust.as_ref().is_some_and(|trust| trust.mark == role.span())
}

/// The policy of an ARN, where some role has it.
fn attached<'i, 's>(inventory: &'i Inventory<'s>, arn: &str) -> Option<&'i Policy<'s>> {
    let name = arn.rsplit('/').next()?;
    let mut attached = inventory.roles.iter().flat_map(|role| &role.permissions).filter(|own| !own.inline);
    attached.find(|own| own.name.known() == Some(name)).map(|own| &own.policy)
}

/// What is missing in one state may stand in a file that was not understood.
fn doubt_of_torn<'i, 's>(pair: Pair<'i, 's>, [old, new]: &[Option<Doubt>; 2]) -> Pair<'i, 's> {
    let doubt = match pair.presence {
        Presence::Both => return pair,
        Presence::Added => old,
        Presence::Removed => new,
    };
    with_doubts(pair, doubt.iter().cloned().collect()).settle()
}

fn with_doubts<'i, 's>(mut pair: Pair<'i, 's>, doubts: Vec<Doubt>) -> Pair<'i, 's> {
    for doubt in doubts {
        pair.widened.wonder(doubt.clone());
        pair.narrowed.wonder(doubt);
    }
    pair
}

fn list<'i, 's>(policy: Option<&'i Policy<'s>>) -> Vec<&'i Policy<'s>> {
    policy.into_iter().collect()
}

fn known(text: Option<&Text<'_>>) -> Option<String> {
    text.and_then(|text| text.known()).map(str::to_owned)
}
