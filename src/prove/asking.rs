//! A question about one caller: first without what is open, then with it, then with values for variables.

use std::cell::Cell;

use super::atom::{ACTION, Assignment, Atoms, Clause, Domain, KEYS, Literal, RESOURCE};
use super::caller::{Someone, settled};
use super::keys::Keys;
use super::polish::polish;
use super::search::{Model, Outcome, search};
use super::theory::Theory;
use super::value::Value;
use super::words;
use super::{Doubt, Proof, Question, Values, Whom, Witness};
use crate::arn::Arn;
use crate::evaluate::{Caller, Context, Gap, GapReason, Request, Standing, Verdict, evaluate};
use crate::policy::{Comparison, Condition, Effect, Operator, Policy, Statement};
use crate::reference::Reference;

/// A question about one caller.
pub(super) struct Asking<'a, 'q, 's> {
    pub(super) question: &'a Question<'q, 's>,
    pub(super) reference: &'a Reference,
    pub(super) keys: &'a Keys<'q, 's>,
    /// `None` where no policy says whom it is for.
    pub(super) caller: Option<&'a Someone>,
    pub(super) steps: &'a Cell<u64>,
}

/// The statements of both sides that may apply to the caller.
struct Sides<'q, 's> {
    new: Vec<Clause<'q, 's>>,
    old: Vec<Clause<'q, 's>>,
}

/// What it costs to look at a value of a policy, in steps of the search.
const STEPS_A_VALUE: u64 = 50;

impl<'q, 's> Asking<'_, 'q, 's> {
    /// Answers for each statement that is not answered by a witness yet.
    pub(super) fn answer(&self, proofs: &mut [(&'q Statement<'s>, Proof<'q, 's>)]) {
        if !self.pays() {
            for (_, proof) in proofs.iter_mut().filter(|(_, proof)| matches!(proof, Proof::Holds)) {
                *proof = Proof::Undecided(Doubt::Budget);
            }
            return;
        }
        let mut atoms = self.atoms(None);
        let sides = self.sides(&mut atoms);
        let mut hard: Vec<(usize, Doubt)> = Vec::new();
        let strict = Theory::new(&atoms, true, self.steps);
        let loose = Theory::new(&atoms, false, self.steps);
        for (at, (statement, proof)) in proofs.iter_mut().enumerate() {
            if matches!(proof, Proof::Witness(witness) if !is_odd(witness)) {
                continue;
            }
            let Some(clause) = sides.new.iter().find(|own| std::ptr::eq(own.statement, *statement)) else { continue };
            if matches!(proof, Proof::Witness(_)) {
                let found = self.certain(&strict, &sides, clause);
                let better = if let Outcome::Found(model) = found { Some(self.proof(&atoms, &model)) } else { None };
                if let Some(Proof::Witness(better)) = better.filter(|own| matches!(own, Proof::Witness(own) if !is_odd(own))) {
                    *proof = Proof::Witness(better);
                }
                continue;
            }
            match self.certain(&strict, &sides, clause) {
                Outcome::Found(model) => *proof = self.proof(&atoms, &model),
                Outcome::TooMuch => *proof = Proof::Undecided(Doubt::Budget),
                Outcome::None if !atoms.has_open => {}
                Outcome::Unclear if !atoms.has_open => *proof = Proof::Undecided(Doubt::Mixed),
                Outcome::None | Outcome::Unclear => match self.possible(&loose, &sides, clause) {
                    Outcome::None => {}
                    Outcome::TooMuch => *proof = Proof::Undecided(Doubt::Budget),
                    Outcome::Unclear => hard.push((at, Doubt::Mixed)),
                    Outcome::Found(_) => hard.push((at, doubt(&atoms, &sides, clause))),
                },
            }
        }
        if hard.is_empty() {
            return;
        }
        if atoms.has_variable {
            hard.retain(|(at, _)| {
                let Some((statement, proof)) = proofs.get_mut(*at) else { return false };
                match self.pinned(statement) {
                    Some(own) => {
                        *proof = own;
                        false
                    }
                    None => true,
                }
            });
            for assignment in &assignments(self.keys) {
                self.assigned(assignment, &mut hard, proofs);
            }
        }
        for (at, doubt) in hard {
            if let Some((_, proof)) = proofs.get_mut(at) {
                *proof = Proof::Undecided(doubt);
            }
        }
    }

    /// Notes the statements for which a request is found, or may be.
    pub(super) fn prove(&self, proved: &mut [(&'q Statement<'s>, bool)]) {
        if !self.pays() {
            for (_, is_proved) in proved {
                *is_proved = false;
            }
            return;
        }
        let mut atoms = self.atoms(None);
        let sides = self.sides(&mut atoms);
        let strict = Theory::new(&atoms, true, self.steps);
        let loose = Theory::new(&atoms, false, self.steps);
        for (statement, is_proved) in proved.iter_mut().filter(|(_, is_proved)| *is_proved) {
            let Some(clause) = sides.new.iter().find(|own| std::ptr::eq(own.statement, *statement)) else { continue };
            *is_proved = matches!(self.certain(&strict, &sides, clause), Outcome::None)
                && (!atoms.has_open || matches!(self.possible(&loose, &sides, clause), Outcome::None));
        }
    }

    /// Takes the steps that it costs to look at the policies once, which is done for each kind of caller; `false` where they are not left.
    fn pays(&self) -> bool {
        let policies = self.question.allowed_by.iter().chain(&self.question.not_by);
        let values = |own: &Statement<'_>| {
            let listed = [&own.actions, &own.resources].into_iter().flatten().map(|own| own.list.len()).sum::<usize>();
            listed + own.conditions.iter().map(|own| own.values.len()).sum::<usize>()
        };
        let all: usize = policies.flat_map(|policy| &policy.statements).map(values).sum();
        let left = self.steps.get().checked_sub(all as u64 * STEPS_A_VALUE);
        self.steps.set(left.unwrap_or(0));
        left.is_some()
    }

    /// Answers what it can with values for variables.
    fn assigned(
        &self,
        assignment: &Assignment,
        hard: &mut Vec<(usize, Doubt)>,
        proofs: &mut [(&'q Statement<'s>, Proof<'q, 's>)],
    ) {
        let mut atoms = self.atoms(Some(assignment));
        let sides = self.sides(&mut atoms);
        let strict = Theory::new(&atoms, true, self.steps);
        hard.retain(|(at, _)| {
            let Some((statement, proof)) = proofs.get_mut(*at) else { return false };
            let Some(clause) = sides.new.iter().find(|own| std::ptr::eq(own.statement, *statement)) else { return true };
            let Outcome::Found(model) = self.certain(&strict, &sides, clause) else { return true };
            match self.proof(&atoms, &model) {
                found @ Proof::Witness(_) => {
                    *proof = found;
                    false
                }
                _ => true,
            }
        });
    }

    /// The answer for a statement whose conditions leave variables a few values only, where each of these gives one.
    fn pinned(&self, statement: &'q Statement<'s>) -> Option<Proof<'q, 's>> {
        let mut all: Vec<Assignment> = vec![Vec::new()];
        for key in self.keys.iter().filter(|key| key.variable && !key.many) {
            let Some(values) = only_values(statement, &key.name) else { continue };
            let with = |own: &Assignment, value: &str| {
                let mut own = own.clone();
                own.push((key.name.clone(), Some(value.to_owned())));
                own
            };
            all = all.iter().flat_map(|own| values.iter().map(move |value| with(own, value))).collect();
        }
        if all.len() > MOST_ASSIGNED || all.iter().all(Vec::is_empty) {
            return None;
        }
        for assignment in &all {
            let mut atoms = self.atoms(Some(assignment));
            let sides = self.sides(&mut atoms);
            let Some(clause) = sides.new.iter().find(|own| std::ptr::eq(own.statement, statement)) else { continue };
            match self.certain(&Theory::new(&atoms, true, self.steps), &sides, clause) {
                Outcome::Found(model) => return Some(self.proof(&atoms, &model)),
                Outcome::None if !atoms.has_open => continue,
                _ => {}
            }
            if !matches!(self.possible(&Theory::new(&atoms, false, self.steps), &sides, clause), Outcome::None) {
                return None;
            }
        }
        Some(Proof::Holds)
    }

    fn atoms<'b>(&'b self, assignment: Option<&'b Assignment>) -> Atoms<'b, 's>
    where
        'q: 'b,
    {
        let mut atoms = Atoms::new(self.keys, assignment);
        if let Some(someone) = self.caller {
            for (key, value) in settled(someone, self.keys) {
                atoms.settle(&key, value.map_or(Value::Absent, Value::One));
            }
            if let (Some(form), Some(at)) = (&someone.form, self.keys.find("aws:PrincipalArn")) {
                let mut except = self.named();
                except.push(NAMELESS.to_owned());
                if matches!(self.question.among.whom, Whom::Strangers(_)) {
                    except.extend([LINKED, ODD].map(str::to_owned));
                }
                let domain = Domain { forms: vec![form.clone()], except, always: true };
                atoms.domains.insert(KEYS + at, domain);
            }
            let federated = Caller::parse(&someone.name).filter(|caller| caller.standing() == Standing::FederatedUser);
            if let (Some(account), Some(at)) = (federated.and_then(Caller::account), self.keys.find("aws:userid")) {
                let domain = Domain { forms: vec![format!("{account}:*")], except: Vec::new(), always: true };
                atoms.domains.insert(KEYS + at, domain);
            }
        }
        let among = &self.question.among;
        for (dimension, value) in [(ACTION, &among.action), (RESOURCE, &among.resource)] {
            if let Some(value) = value {
                atoms.settled.insert(dimension, Value::One(value.clone()));
            }
        }
        if !among.no_actions.is_empty() {
            let domain = Domain { forms: vec!["*".to_owned()], except: among.no_actions.clone(), always: true };
            atoms.domains.insert(ACTION, domain);
        }
        for held in &among.keys {
            let Some(at) = self.keys.find(&held.key) else { continue };
            match &held.values {
                Values::None => atoms.settle(&held.key, Value::Absent),
                Values::One(value) => atoms.settle(&held.key, Value::One(value.clone())),
                Values::Set(values) => atoms.settle(&held.key, Value::Many(values.clone())),
                Values::Like { forms, except, or_none } => {
                    let domain = Domain { forms: forms.clone(), except: except.clone(), always: !or_none };
                    atoms.domains.insert(KEYS + at, domain);
                }
            }
        }
        atoms
    }

    /// The users and roles whom the policies name.
    fn named(&self) -> Vec<String> {
        let policies = self.question.allowed_by.iter().chain(&self.question.not_by);
        let principals = policies.flat_map(|policy| &policy.statements).filter_map(|statement| statement.principals.as_ref());
        let texts = principals.flat_map(|principals| &principals.list).filter_map(|principal| principal.value.known());
        texts.filter(|text| Arn::parse(text).is_some()).map(str::to_owned).collect()
    }

    fn sides<'b>(&'b self, atoms: &mut Atoms<'b, 's>) -> Sides<'b, 's>
    where
        'q: 'b,
    {
        let context = Context::new();
        let caller = self.caller.and_then(|someone| Caller::parse(&someone.name));
        let mut of = |policies: &'b [&'q Policy<'s>]| -> Vec<Clause<'b, 's>> {
            policies.iter().flat_map(|policy| atoms.clauses(policy, caller, &context)).collect()
        };
        let new = of(&self.question.allowed_by);
        let old = of(&self.question.not_by);
        Sides { new, old }
    }

    /// A request of which nothing is open.
    fn certain(&self, theory: &Theory<'_, '_, '_>, sides: &Sides<'_, '_>, clause: &Clause<'_, '_>) -> Outcome {
        if clause.effect != Some(Effect::Allow) {
            return Outcome::None;
        }
        let not_allow = |own: &&Clause<'_, '_>| own.effect != Some(Effect::Allow);
        let not_deny = |own: &&Clause<'_, '_>| own.effect != Some(Effect::Deny);
        let barred: Vec<&[Literal]> = sides.new.iter().filter(not_allow).map(|own| own.literals.as_slice()).collect();
        let allows = sides.old.iter().filter(not_deny);
        let denies = sides.old.iter().filter(|own| own.effect == Some(Effect::Deny));
        let open = self.question.not_by.iter().any(|policy| policy.later.is_some());
        either(theory, clause, &barred, (!open).then(|| allows.collect()), denies.collect())
    }

    /// A request that may be one, where all that is open turns out so.
    fn possible(&self, theory: &Theory<'_, '_, '_>, sides: &Sides<'_, '_>, clause: &Clause<'_, '_>) -> Outcome {
        let is = |own: &&Clause<'_, '_>, effect: Effect| own.effect == Some(effect);
        // what turns out to allow or to deny does so on both sides
        let is_twin = |own: &Clause<'_, '_>, other: &Clause<'_, '_>| {
            own.effect.is_none() && other.effect.is_none() && own.literals == other.literals
        };
        let barred = sides.new.iter().filter(|own| is(own, Effect::Deny));
        let barred: Vec<&[Literal]> = barred.map(|own| own.literals.as_slice()).collect();
        let allows = sides.old.iter().filter(|own| is(own, Effect::Allow) || is_twin(own, clause));
        let has_twin = |own: &Clause<'_, '_>| sides.new.iter().any(|other| is_twin(own, other));
        let denies = sides.old.iter().filter(|own| !is(own, Effect::Allow) && !has_twin(own));
        let open = self.question.not_by.iter().any(|policy| policy.later.is_some());
        if open {
            return either(theory, clause, &barred, Some(Vec::new()), Vec::new());
        }
        either(theory, clause, &barred, Some(allows.collect()), denies.collect())
    }

    /// The witness, if the evaluator takes it.
    fn proof(&self, atoms: &Atoms<'_, '_>, model: &Model) -> Proof<'q, 's> {
        let text = |dimension| match model.get(&dimension).or_else(|| atoms.settled.get(&dimension)) {
            Some(Value::One(text)) => Some(text.clone()),
            _ => None,
        };
        let mut context = Context::new();
        let keys = atoms.settled.iter().chain(model).filter(|(dimension, _)| **dimension >= KEYS);
        let mut keys: Vec<_> = keys.collect();
        keys.sort_by_key(|(dimension, _)| **dimension);
        for (dimension, value) in keys {
            if let (Some(key), Some(value)) = (self.keys.get(*dimension - KEYS), value.in_context()) {
                context.set(key.name.clone(), value);
            }
        }
        let principal = self.caller.map(|someone| name_in(someone, &context, &self.named()));
        let sample = |dimension| words::samples(dimension, None).first().map_or_else(String::new, ToString::to_string);
        let action = text(ACTION).unwrap_or_else(|| sample(ACTION));
        let resource = text(RESOURCE).unwrap_or_else(|| sample(RESOURCE));
        let draft = Draft { principal, action, resource, context };
        let Some((allowed_by, denied_by)) = self.replay(&draft) else { return Proof::Undecided(Doubt::Refuted) };
        let better = polish(self, draft, allowed_by);
        let (allowed_by, denied_by) = self.replay(&better).unwrap_or((allowed_by, denied_by));
        let Draft { principal, action, resource, context } = better;
        Proof::Witness(Box::new(Witness { principal, action, resource, context, allowed_by, denied_by }))
    }

    /// The statement that allows a request, and the one of the others that denies it, if one does; `None` where the request is no witness.
    pub(super) fn replay(&self, draft: &Draft) -> Option<(&'q Statement<'s>, Option<&'q Statement<'s>>)> {
        let principal = draft.principal.as_deref().map_or(Some(Caller::Anonymous), Caller::parse)?;
        let request = Request { principal, action: &draft.action, resource: &draft.resource, context: &draft.context };
        let Verdict::Allowed(statement) = evaluate(self.question.allowed_by.iter().copied(), &request, &mut ()) else {
            return None;
        };
        match evaluate(self.question.not_by.iter().copied(), &request, &mut ()) {
            Verdict::NotAllowed => Some((statement, None)),
            Verdict::Denied(denied_by) => Some((statement, Some(denied_by))),
            _ => None,
        }
    }
}

/// A request that may be a witness.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) principal: Option<String>,
    pub(super) action: String,
    pub(super) resource: String,
    pub(super) context: Context<'static>,
}

/// A request that a statement allows, that none of its side bars, and that no statement of the others allows, or one of them denies.
fn either(
    theory: &Theory<'_, '_, '_>,
    clause: &Clause<'_, '_>,
    barred: &[&[Literal]],
    allows: Option<Vec<&Clause<'_, '_>>>,
    denies: Vec<&Clause<'_, '_>>,
) -> Outcome {
    let mut unclear = false;
    if let Some(allows) = allows
        && !allows.iter().any(|own| is_part(&own.literals, &clause.literals))
    {
        let all: Vec<&[Literal]> = barred.iter().copied().chain(allows.iter().map(|own| own.literals.as_slice())).collect();
        match search(theory, &clause.literals, &all) {
            Outcome::None => {}
            Outcome::Unclear => unclear = true,
            other => return other,
        }
    }
    for deny in denies {
        let mut wanted = clause.literals.clone();
        wanted.extend(&deny.literals);
        wanted.sort_unstable();
        wanted.dedup();
        if barred.iter().any(|own| is_part(own, &wanted)) {
            continue;
        }
        match search(theory, &wanted, barred) {
            Outcome::None => {}
            Outcome::Unclear => unclear = true,
            other => return other,
        }
    }
    if unclear { Outcome::Unclear } else { Outcome::None }
}

/// Whether all of the one are among the other; both are sorted.
fn is_part(part: &[Literal], whole: &[Literal]) -> bool {
    part.iter().all(|literal| whole.binary_search(literal).is_ok())
}

/// The first thing that is open in a statement, or in those that it is held against.
fn doubt(atoms: &Atoms<'_, '_>, sides: &Sides<'_, '_>, clause: &Clause<'_, '_>) -> Doubt {
    let mut all = std::iter::once(clause).chain(&sides.new).chain(&sides.old);
    let in_literals = all.clone().flat_map(|own| &own.literals).find_map(|(id, _)| atoms.gap(*id));
    let gap = in_literals.or_else(|| {
        let span = all.find(|own| own.effect.is_none())?.statement.mark;
        Some(Gap { reason: GapReason::Hole, span })
    });
    gap.map_or(Doubt::Mixed, Doubt::Open)
}

/// The name of a caller, as the keys of the request tell it where he stands for all of a kind.
fn name_in(someone: &Someone, context: &Context<'_>, named: &[String]) -> String {
    let told = |key: &str| context.get(key).and_then(|value| value.values().next()).map(str::to_owned);
    let Some(own) = someone.form.as_ref().and_then(|_| Caller::parse(&someone.name)) else { return someone.name.clone() };
    let account = own.account().unwrap_or(words::ACCOUNT);
    let partition = Arn::parse(&someone.name).map_or("aws", |arn| arn.partition);
    match (own.standing(), told("aws:PrincipalArn"), told("aws:username")) {
        (Standing::Session, Some(arn), _) => match Arn::parse(&arn).and_then(Arn::role_name) {
            Some(role) => format!("arn:{partition}:sts::{account}:assumed-role/{role}/session"),
            None => someone.name.clone(),
        },
        (_, Some(arn), _) => arn,
        (Standing::FederatedUser, None, _) => match told("aws:userid").as_deref().and_then(|id| id.split_once(':')) {
            Some((_, name)) => format!("arn:{partition}:sts::{account}:federated-user/{name}"),
            None => someone.name.clone(),
        },
        (Standing::User, None, Some(name)) => {
            let arn = format!("arn:{partition}:iam::{account}:user/{name}");
            // the name does not tell the path
            if named.contains(&arn) { format!("arn:{partition}:iam::{account}:user/example/{name}") } else { arn }
        }
        _ => someone.name.clone(),
    }
}

/// The values that a statement leaves to a key, where it names them one by one.
fn only_values<'q>(statement: &'q Statement<'_>, key: &str) -> Option<Vec<&'q str>> {
    let is_own = |own: &&Condition<'_>| {
        let plain = Operator { comparison: Comparison::StringEquals, set: None, negated: false, if_exists: false };
        own.operator == Some(plain) && own.key.known().is_some_and(|own| own.eq_ignore_ascii_case(key))
    };
    let condition = statement.conditions.iter().find(is_own)?;
    condition.values.iter().map(|operand| operand.pattern.plain()).collect()
}

/// Roles that only a service takes.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html>
const LINKED: &str = "arn:*:iam::*:role/aws-service-role/*";

/// A user or role with a colon in its path.
const ODD: &str = "arn:*:*:*:*:*:*";

/// What ends in a path has no name, which is of one letter at the least.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_User.html>
const NAMELESS: &str = "*/";

/// Whether the caller has a name with a colon, which only a pattern for callers of another kind asks for.
fn is_odd(witness: &Witness<'_, '_>) -> bool {
    witness.principal.as_deref().and_then(Arn::parse).is_some_and(|own| own.resource.contains(':'))
}

/// How many values of variables are tried.
const MOST_ASSIGNED: usize = 12;

/// Values for the variables of a question, the likeliest first.
fn assignments(keys: &Keys<'_, '_>) -> Vec<Assignment> {
    let variables: Vec<_> = keys.iter().filter(|key| key.variable && !key.many).collect();
    let plain: Assignment = variables.iter().map(|key| (key.name.clone(), Some(words::value(&key.name)))).collect();
    let absent: Assignment = variables.iter().map(|key| (key.name.clone(), None)).collect();
    let fresh: Assignment = variables.iter().map(|key| (key.name.clone(), Some(keys.fresh.to_string()))).collect();
    let mut all = vec![plain.clone(), absent, fresh];
    for (at, key) in variables.iter().enumerate() {
        let texts = key.texts.iter().map(|text| text.replace('*', "example").replace('?', "x"));
        for text in texts.chain(key.representatives.iter().cloned()) {
            let mut own = plain.clone();
            if let Some(value) = own.get_mut(at) {
                value.1 = Some(text);
            }
            all.push(own);
        }
    }
    all.truncate(MOST_ASSIGNED);
    all
}
