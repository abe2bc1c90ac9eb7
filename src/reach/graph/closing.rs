//! What would close a way: small edits of the inputs, each made in the text, read again and asked again.

use super::{Asked, Cell, Path, Reach, Target, Way, reach};
use crate::finding::Edit;
use crate::identity::{Ambiguous, IdentityPool, MappingType, Setting};
use crate::inventory::{Inventory, Role};
use crate::policy::{Condition, Effect, PolicyKind, Statement};
use crate::reach::Sample;
use crate::reach::client::pool_clients;
use crate::reach::control::{Control, control};
use crate::script::{Script, apply};
use crate::simulate::World;
use crate::source::{SourceId, Sources, Span};

/// Something that closes the shortest way of a cell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Closing {
    /// What to do, as an order: "turn the classic flow off".
    pub words: String,
    /// The edits, all of one file.
    pub edits: Vec<Edit>,
    /// The ways that are left then.
    pub left: usize,
    /// Whether it is not known of some other way whether it is open.
    pub open: bool,
    /// How many other cells of the subject's row it closes as well.
    pub others: usize,
}

/// Takes stock of changed texts.
pub type Rebuild<'r> = &'r dyn for<'x> Fn(&'x Sources) -> Inventory<'x>;

/// What closes the shortest way in which a subject reaches a role, by their places in the table. Nothing is told that was not tried.
pub fn closings(
    world: World<'_, '_>,
    reached: &Reach<'_, '_>,
    (row, column): (usize, usize),
    asked: Asked<'_>,
    rebuild: Rebuild<'_>,
) -> Vec<Closing> {
    let (Some(subject), Some(cells)) = (reached.subjects.get(row), reached.rows.get(row)) else { return Vec::new() };
    let (Some(Target::Role(role)), Some(Cell::Reached(paths))) = (reached.targets.get(column), cells.get(column)) else {
        return Vec::new();
    };
    let Some(path) = paths.first() else { return Vec::new() };
    let from = [subject.name.clone()];
    let mut closings: Vec<Closing> = Vec::new();
    let before = faults(world.inventory);
    for Candidate { words, edits } in candidates(world, role, path) {
        let Some(sources) = edited(world.sources, &edits) else { continue };
        let inventory = rebuild(&sources);
        // what is not well-formed any more may close a way, but is no remedy
        if faults(&inventory) > before {
            continue;
        }
        let world = World { inventory: &inventory, sources: &sources, reference: world.reference };
        let again = reach(world, Asked { from: &from, ..asked });
        let Some(now) = again.subjects.iter().position(|own| own.name == subject.name).and_then(|at| again.rows.get(at)) else {
            continue;
        };
        let (left, open): (&[Path], bool) = match now.get(column) {
            Some(Cell::Reached(paths)) => (paths, false),
            Some(Cell::No(_)) => (&[], false),
            Some(Cell::Open(_)) => (&[], true),
            None => continue,
        };
        if left.iter().any(|own| own.way == path.way && own.steps.len() <= path.steps.len()) {
            continue;
        }
        let closed =
            |at: usize| matches!((cells.get(at), now.get(at)), (Some(Cell::Reached(_)), Some(Cell::No(_) | Cell::Open(_))));
        let others = (0..cells.len()).filter(|&at| at != column && closed(at)).count();
        closings.push(Closing { words, edits, left: left.len(), open, others });
    }
    closings.sort_by_key(|own| (own.left, own.open, own.others));
    closings.truncate(MOST);
    closings
}

/// So many are told of each way.
const MOST: usize = 3;

/// How much in the inputs is not well-formed.
fn faults(inventory: &Inventory<'_>) -> usize {
    inventory.documents.iter().map(|document| document.faults.len()).sum()
}

/// The texts with edits of one of them; `None` where they lie in none.
fn edited(sources: &Sources, edits: &[Edit]) -> Option<Sources> {
    let place = edits.first()?.span.source;
    let mut changed = Sources::new();
    let mut done = false;
    for (id, source) in sources.iter().filter(|(id, _)| *id != SourceId::NONE) {
        let text = source.text();
        if id == place {
            changed.add(source.name(), apply(text, Span::new(id, 0, text.len() as u32), edits)?);
            done = true;
        } else {
            changed.add(source.name(), text);
        }
    }
    done.then_some(changed)
}

/// Something that may close a way.
#[derive(PartialEq, Eq)]
struct Candidate {
    words: String,
    edits: Vec<Edit>,
}

impl Candidate {
    fn new(words: String, edit: Edit) -> Self {
        Self { words, edits: vec![edit] }
    }
}

/// The edits that may close a way.
fn candidates(world: World<'_, '_>, role: &Role<'_>, path: &Path) -> Vec<Candidate> {
    let mut list = Vec::new();
    let calls = |name: &str| path.steps.iter().any(|step| step.call.ends_with(name));
    // who signs in does so before he gets an identity
    let is_guest = path.steps.first().is_some_and(|step| step.call.ends_with(":GetId"));
    let pools = world.inventory.identity_pools.iter();
    for pool in pools {
        let name = pool.name.as_ref().unwrap_or(&pool.id).shown();
        if is_guest {
            let edit = switched_off(world.sources, pool, pool.guests, "AllowUnauthenticatedIdentities");
            list.extend(edit.map(|edit| Candidate::new(format!("turn guest access of identity pool `{name}` off"), edit)));
        }
        if calls(":GetOpenIdToken") {
            let edit = switched_off(world.sources, pool, pool.classic, "AllowClassicFlow");
            list.extend(edit.map(|edit| Candidate::new(format!("turn the classic flow of identity pool `{name}` off"), edit)));
        }
        let mappings = world.inventory.role_map(pool).into_iter().flat_map(|map| &map.mappings);
        for mapping in mappings.filter(|_| path.way == Way::Enhanced && !is_guest) {
            if let Some(Setting { value: Ambiguous::AuthenticatedRole, span }) = mapping.ambiguous {
                let words = "refuse users for whom the role mapping gives no single role".to_owned();
                list.extend(replaced(world.sources, span, "AuthenticatedRole", "Deny").map(|edit| Candidate::new(words, edit)));
            }
        }
    }
    for client in pool_clients(world).iter().filter(|_| calls(":UpdateUserAttributes")) {
        let Some(MappingType::Rules(rules)) = client.mapping.map(|mapping| &mapping.kind) else { continue };
        for claim in rules.iter().filter_map(|rule| rule.claim()) {
            if let Control::User { listed: Some(span), .. } = control(client, claim) {
                let edit = taken_out(world.sources, span);
                list.extend(edit.map(|edit| Candidate::new(format!("do not let users write `{claim}`"), edit)));
            }
        }
    }
    list.extend(of_trust(world, role, path));
    if path.way >= Way::Trust {
        let places = path.steps.iter().flat_map(|step| &step.places).map(|label| label.span);
        for candidate in places.filter_map(|place| without_statement(world, place)) {
            if !list.contains(&candidate) {
                list.push(candidate);
            }
        }
    }
    list
}

/// The policy without the statement in which a place lies, where it has others.
fn without_statement(world: World<'_, '_>, place: Span) -> Option<Candidate> {
    let mut policies = world.inventory.all_policies().filter(|(policy, _)| policy.statements.len() > 1);
    let (policy, index, title) = policies.find_map(|(policy, role)| {
        let index = policy.statements.iter().position(|own| own.range.contains(place))?;
        Some((
            policy,
            index,
            match (role, policy.kind) {
                (Some(role), PolicyKind::Trust) => format!("the trust policy of `{}`", role.name.shown()),
                (Some(role), _) => format!("a policy of `{}`", role.name.shown()),
                (None, _) => "its policy".to_owned(),
            },
        ))
    })?;
    let words = format!("take {} out of {title}", policy.statements.get(index)?.title());
    Some(Candidate { words, edits: Script::of(world.sources, policy)?.without_statement(index)? })
}

/// A setting of an identity pool, turned off.
fn switched_off(sources: &Sources, pool: &IdentityPool<'_>, setting: Option<Setting<bool>>, name: &str) -> Option<Edit> {
    match setting {
        Some(setting) => setting.value.then(|| replaced(sources, setting.span, "true", "false"))?,
        // in Terraform what is not set is off
        None => inserted(sources, pool.mark, &format!("\"{name}\": false")),
    }
}

/// Conditions of the trust policy on the pool, and on how its visitors came by their identity; or the statement without its effect.
fn of_trust(world: World<'_, '_>, role: &Role<'_>, path: &Path) -> Vec<Candidate> {
    let Some(Sample::Token(token)) = path.sample.as_ref().filter(|_| path.way <= Way::Trust) else { return Vec::new() };
    let allowing = role.trust.iter().flat_map(|policy| policy.with_effect(Effect::Allow));
    let letting = path.steps.last().and_then(|step| step.places.last()).map(|label| label.span);
    let Some(statement) = allowing.into_iter().find(|own| letting.is_some_and(|span| own.range.contains(span))) else {
        return Vec::new();
    };
    let (host, mut list) = (&token.host, Vec::new());
    if token.claims.text("aud").is_none() || !host.starts_with("cognito-identity") {
        return list;
    }
    let is_guest = token.claims.get("amr").is_some_and(|amr| amr.values().iter().any(|own| own == "unauthenticated"));
    if is_guest {
        let key = format!("{host}:amr");
        let edit = with_condition(
            world.sources,
            statement,
            ["ForAnyValue:StringEquals", "ForAnyValue:StringLike"],
            &key,
            Wanted::Text("authenticated"),
        );
        let words = "let only signed-in users in: `amr` must hold `authenticated`".to_owned();
        list.extend(edit.map(|edit| Candidate::new(words, edit)));
    }
    let mut own = world.inventory.identity_pools.iter().filter_map(|pool| pool.id.known());
    if let (Some(pool), None) = (own.next(), own.next()) {
        // what stands for an id that only a deployment makes is no value to compare with
        let made = world.inventory.assumptions().iter().find(|own| own.value == pool && !own.said);
        let wanted = made.map_or(Wanted::Text(pool), |own| Wanted::Reference(&own.name));
        let shown = made.map_or(pool, |own| own.name.as_str());
        let edit = with_condition(world.sources, statement, ["StringEquals", "StringLike"], &format!("{host}:aud"), wanted);
        list.extend(edit.map(|edit| Candidate::new(format!("pin the identity pool: `aud` must be `{shown}`"), edit)));
    }
    list
}

/// What a condition compares with.
#[derive(Clone, Copy)]
enum Wanted<'a> {
    Text(&'a str),
    /// What this expression of Terraform comes to.
    Reference(&'a str),
}

/// A condition more, in a block of one of these operators or in one of its own.
fn with_condition(
    sources: &Sources,
    statement: &Statement<'_>,
    operators: [&str; 2],
    key: &str,
    wanted: Wanted<'_>,
) -> Option<Edit> {
    if is_block(sources, statement.mark) {
        let is_on = |own: &Condition<'_>| own.key.known().is_some_and(|own| own.eq_ignore_ascii_case(key));
        let is_asked =
            |operator: &str| statement.conditions.iter().any(|own| own.operator_text.known() == Some(operator) && is_on(own));
        let operator = operators.into_iter().find(|operator| !is_asked(operator))?;
        let value = match wanted {
            Wanted::Text(text) => format!("\"{text}\""),
            Wanted::Reference(name) => name.to_owned(),
        };
        let lines = [
            "condition {".to_owned(),
            format!("  test     = \"{operator}\""),
            format!("  variable = \"{key}\""),
            format!("  values   = [{value}]"),
            "}".to_owned(),
        ];
        return in_block_of(sources, statement.mark, &lines);
    }
    let Wanted::Text(value) = wanted else { return None };
    let pair = format!("\"{key}\": \"{value}\"");
    let of = |operator: &str| statement.conditions.iter().find(|own| own.operator_text.known() == Some(operator));
    for operator in operators {
        let mut block = statement.conditions.iter().filter(|own| own.operator_text.known() == Some(operator));
        if let Some(first) = block.next() {
            let is_there = |own: &str| own.eq_ignore_ascii_case(key);
            let mut all = statement.conditions.iter().filter(|own| own.operator_text.known() == Some(operator));
            if all.any(|own| own.key.known().is_some_and(is_there)) {
                continue;
            }
            return before(sources, first.key.span(), &format!("{pair}, "));
        }
    }
    let operator = operators.into_iter().find(|operator| of(operator).is_none())?;
    let block = format!("\"{operator}\": {{{pair}}}");
    match statement.conditions.first() {
        Some(first) => before(sources, first.operator_text.span(), &format!("{block}, ")),
        None if statement.condition_key.is_none() => inserted(sources, statement.mark, &format!("\"Condition\": {{{block}}}")),
        None => None,
    }
}

/// Something before a string that is written in quotes.
fn before(sources: &Sources, span: Span, text: &str) -> Option<Edit> {
    let start = span.start.checked_sub(1)?;
    let quote = Span::new(span.source, start, span.start);
    (sources.slice(quote) == "\"").then(|| Edit { span: Span::new(span.source, start, start), text: text.to_owned() })
}

/// Something behind an opening bracket of JSON.
fn inserted(sources: &Sources, mark: Span, text: &str) -> Option<Edit> {
    let start = Span::new(mark.source, mark.start, mark.start + 1);
    let is_open = sources.slice(start) == "{" && !is_block(sources, mark);
    is_open.then(|| Edit { span: start.after(), text: format!("{text}, ") })
}

/// Whether an opening bracket is that of a block of HCL: behind a name or a label.
fn is_block(sources: &Sources, mark: Span) -> bool {
    let before = sources.get(mark.source).text().get(..mark.start as usize).unwrap_or_default().trim_end_matches(' ');
    let is_open = sources.slice(mark).starts_with('{');
    is_open && before.ends_with(|last: char| last.is_ascii_alphanumeric() || matches!(last, '_' | '"'))
}

/// Lines at the start of a block of HCL, as far in as what stands there.
fn in_block_of(sources: &Sources, mark: Span, lines: &[String]) -> Option<Edit> {
    let text = sources.get(mark.source).text();
    let line = text.get(..mark.start as usize).filter(|_| is_block(sources, mark))?.rsplit('\n').next()?;
    let indent: String = line.chars().take_while(|c| c.is_whitespace()).chain("  ".chars()).collect();
    let text = lines.iter().flat_map(|line| ["\n", &indent, line]).collect();
    Some(Edit { span: Span::new(mark.source, mark.start, mark.start + 1).after(), text })
}

/// One word for another.
fn replaced(sources: &Sources, span: Span, from: &str, to: &str) -> Option<Edit> {
    let at = sources.slice(span).find(from)? as u32;
    let span = Span::new(span.source, span.start + at, span.start + at + from.len() as u32);
    Some(Edit { span, text: to.to_owned() })
}

/// A string of a list taken out, with its quotes and a comma.
fn taken_out(sources: &Sources, span: Span) -> Option<Edit> {
    let text = sources.get(span.source).text();
    let outer = Span::new(span.source, span.start.checked_sub(1)?, span.end + 1);
    let quoted = text.get(outer.start as usize..outer.end as usize)?;
    (quoted.starts_with('"') && quoted.ends_with('"')).then(|| cut(sources, outer))?
}

/// An item of a list taken out, with the comma before or behind it.
fn cut(sources: &Sources, item: Span) -> Option<Edit> {
    let text = sources.get(item.source).text();
    let (before, behind) = (text.get(..item.start as usize)?, text.get(item.end as usize..)?);
    let next = behind.trim_start();
    let (start, end) = match (before.trim_end().strip_suffix(','), next.strip_prefix(',')) {
        (Some(kept), _) => (kept.len(), item.end as usize),
        (None, Some(rest)) => (item.start as usize, text.len() - rest.trim_start().len()),
        (None, None) => (item.start as usize, item.end as usize),
    };
    Some(Edit { span: Span::new(item.source, start as u32, end as u32), text: String::new() })
}
