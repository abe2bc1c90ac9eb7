//! Simulations for people: the answer first, then the gates, the place that decides, and what it compared.

use super::super::text::{self, Colour, paint};
use super::super::{Detail, Look, Simulated};
use super::frames;
use super::page::{Page, outcome_colour, pad};
use crate::arn::Arn;
use crate::evaluate::{StatementTrace, Truth, Verdict};
use crate::finding::Label;
use crate::identity::{Claim, Claims};
use crate::simulate::{
    Difference, Gate, GateKind, GateState, Judgement, NearMiss, Outcome, Part, Permission, RoleRef, Simulation, deciding,
};
use crate::source::{SourceId, Sources, Span};

/// One simulation, or several under the names of their subjects.
pub fn simulations(list: &[Simulated<'_, '_>], detail: Detail, sources: &Sources, look: Look) -> String {
    let mut page = Page { out: String::new(), sources, look };
    if let [only] = list {
        page.simulation(only, detail);
        return page.out;
    }
    for (index, simulated) in list.iter().enumerate() {
        if index > 0 {
            page.out.push('\n');
        }
        let subject = text::escape(&simulated.subject);
        page.out.push_str(&paint(&subject, Colour::Bold, look.colour));
        page.out.push('\n');
        page.simulation(simulated, detail);
    }
    page.out
}

impl Page<'_> {
    fn simulation(&mut self, Simulated { simulation, repairs, .. }: &Simulated<'_, '_>, detail: Detail) {
        self.headline(simulation, detail);
        self.gates(simulation, detail);
        self.choices(simulation);
        if detail > Detail::Short {
            self.deciding(simulation);
            if let Some(near_miss) = &simulation.near_miss {
                self.near_miss(near_miss);
            }
            let nearest = simulation.choices.first().filter(|_| simulation.role.is_none());
            self.repairs(repairs, nearest.map(|choice| choice.name.as_str()));
        }
        self.permissions(&simulation.permissions, detail);
        if detail == Detail::Verbose
            && let Some(token) = &simulation.presented
        {
            self.claims(&token.claims);
        }
        if detail > Detail::Short {
            self.not_stored(&simulation.not_stored);
            self.list("taken for granted", &simulation.assumptions);
        }
    }

    /// What IAM would refuse to store today: no part of the answer.
    fn not_stored(&mut self, labels: &[Label]) {
        if labels.is_empty() {
            return;
        }
        self.heading("IAM would not store this trust policy today; one that stands from before holds");
        for label in labels {
            let line = self.placed(&label.text, Some(label.span));
            self.hanging("    · ", "    · ", &line);
        }
    }

    fn headline(&mut self, simulation: &Simulation<'_, '_>, detail: Detail) {
        let indent = if detail == Detail::Short { "  " } else { "" };
        let no_role = || if simulation.outcome == Outcome::Allowed { "a role that the caller names" } else { "no role" };
        let role = simulation.role.as_ref().map_or_else(|| no_role().to_owned(), short_name);
        // a short report says it once: in the line of the gate, which has the place, too
        let told =
            detail == Detail::Short && simulation.gates.iter().any(|gate| decides(gate) && gate.text.ends_with(&simulation.why));
        let why = if told { String::new() } else { format!(", because {}", text::escape(&simulation.why)) };
        self.answer(simulation.outcome, indent, &format!("{role}{why}"));
    }

    fn gates(&mut self, simulation: &Simulation<'_, '_>, detail: Detail) {
        let shown: Vec<&Gate> = simulation.gates.iter().filter(|gate| detail > Detail::Short || decides(gate)).collect();
        if !shown.is_empty() && detail > Detail::Short {
            self.out.push('\n');
        }
        let column = shown.iter().map(|gate| gate.kind.name().len()).max().unwrap_or(0);
        for gate in shown {
            let line = self.placed(&gate.text, gate.places.first().map(|place| place.span));
            self.step(gate.state, gate.kind.name(), column, &line);
        }
    }

    fn choices(&mut self, simulation: &Simulation<'_, '_>) {
        if simulation.choices.is_empty() {
            return;
        }
        self.heading("the roles whose trust policies were asked");
        for choice in &simulation.choices {
            let (mark, colour) = self.outcome_mark(choice.outcome);
            let near = choice.near_miss.as_ref().filter(|_| choice.outcome == Outcome::Denied);
            let words = near.map(|near| near.failing.iter().map(Difference::words).collect::<Vec<_>>().join("; "));
            let why =
                words.filter(|words| !words.is_empty()).map_or_else(String::new, |words| format!(": {}", text::escape(&words)));
            let line = format!("{}{why}", self.placed(&choice.name, choice.place));
            let painted = format!("    {} ", self.paint(mark, colour));
            self.hanging(&format!("    {mark} "), &painted, &line);
        }
    }

    /// The place on which the answer hangs, and what was compared there.
    fn deciding(&mut self, simulation: &Simulation<'_, '_>) {
        let near = simulation.near_miss.as_ref();
        let trace = simulation.trust.as_ref().and_then(|judgement| deciding_statement(judgement, near.map(|near| near.place)));
        let gate = shown_gate(simulation);
        let at_trust = gate.is_some_and(|gate| gate.kind == GateKind::Trust);
        if let Some(gate) = gate.filter(|gate| !gate.places.is_empty()) {
            let differing: Vec<Label> = near.iter().flat_map(|near| near.failing.iter().map(failing_label)).collect();
            let labels = if at_trust && !differing.is_empty() { &differing } else { &gate.places };
            self.out.push('\n');
            let (_, colour) = self.gate_mark(gate.state);
            let drawn = frames(self.sources, &labels.iter().collect::<Vec<_>>(), colour, self.look);
            self.out.push_str(&drawn);
        }
        // where another gate decides, what the trust policy compared is no part of the answer
        if let Some(trace) = trace.filter(|_| at_trust) {
            self.conditions(trace, |_| false);
        }
    }

    fn near_miss(&mut self, near: &NearMiss<'_, '_>) {
        let conditions = near.failing.iter().filter(|own| matches!(own.part, Part::Condition(..))).count();
        let count = match near.failing.len() {
            1 if conditions == 1 => "by 1 condition".to_owned(),
            count if conditions == count => format!("by {count} conditions"),
            1 => "in 1 point".to_owned(),
            count => format!("in {count} points"),
        };
        let statement = text::escape(&near.statement);
        self.heading(&if near.denies() { format!("{statement} denies") } else { format!("nearest: {statement} fails {count}") });
        for difference in &near.failing {
            let line = format!("{}: {}", difference.subject(), difference.words());
            self.hanging("    ", "    ", &text::escape(&line));
            let wanted = text::escape(&difference.wanted).into_owned();
            let got = difference.got.as_deref().map(text::escape);
            let line = |name: &str, value: &str| format!("      {name:6}  {value}\n");
            self.out.push_str(&line("wanted", &wanted));
            self.out.push_str(&line("got", got.as_deref().unwrap_or("absent")));
            if let Some(got) = got.filter(|_| !wanted.contains(['*', '?', '$']))
                && let Some(at) = parting(&wanted, &got)
            {
                let arrow = self.paint(if self.look.unicode { "▲" } else { "^" }, Colour::Red).into_owned();
                self.line(&format!("              {:at$}{arrow} here they part", ""));
            }
        }
    }

    fn permissions(&mut self, permissions: &[Permission<'_, '_>], detail: Detail) {
        if permissions.is_empty() {
            return;
        }
        if detail > Detail::Short {
            self.heading("permissions");
        }
        for permission in permissions {
            let (mark, colour) = self.outcome_mark(permission.outcome);
            let line = format!("{} on {}: {}", permission.action, permission.resource, permission.why);
            let line = self.placed(&line, permission.place.as_ref().map(|place| place.span));
            let painted = format!("    {} ", self.paint(mark, colour));
            self.hanging(&format!("    {mark} "), &painted, &line);
        }
        if detail == Detail::Short {
            return;
        }
        let mut seen: Vec<Span> = Vec::new();
        for permission in permissions {
            let Some(way) = permission.reply.ways.first() else { continue };
            let deciding = deciding(&way.decision, &way.record);
            // what is built in has no text to show
            let shown =
                deciding.iter().map(|own| own.labels.iter().filter(|label| label.span.source != SourceId::NONE).collect());
            for labels in shown.chain([permission.place.iter().collect::<Vec<&Label>>()]) {
                let Some(first) = labels.first().filter(|first| !seen.contains(&first.span)) else { continue };
                seen.push(first.span);
                self.out.push('\n');
                let drawn = frames(self.sources, &labels, outcome_colour(permission.outcome), self.look);
                self.out.push_str(&drawn);
            }
            for own in &deciding {
                if let Some(trace) = own.statement.filter(|trace| !trace.conditions.is_empty()) {
                    self.conditions(trace, |_| false);
                }
            }
        }
    }

    fn claims(&mut self, claims: &Claims) {
        self.heading("the token that STS sees");
        let column = claims.iter().map(|(name, _)| text::width(&text::escape(name))).max().unwrap_or(0);
        for (name, claim) in claims.iter() {
            let head = format!("    {}  ", pad(&text::escape(name), column));
            let value = match claim {
                Claim::Null => "null".to_owned(),
                Claim::Unknown(why) => format!("not known: {why}"),
                Claim::Map(map) => map.to_json(),
                _ => claim.values().join(", "),
            };
            self.hanging(&head, &head, &text::escape(&value));
        }
    }
}

/// The column at which two texts part; `None` where they do not, or part at once.
fn parting(one: &str, other: &str) -> Option<usize> {
    if one == other {
        return None;
    }
    let same = one.chars().zip(other.chars()).take_while(|(a, b)| a == b);
    Some(same.map(|(c, _)| text::char_width(c)).sum()).filter(|&column| column > 0)
}

/// The gate to show: the one that decides, and where the caller gets in the trust policy, which let him. Permissions
/// are shown one by one.
fn shown_gate<'g>(simulation: &'g Simulation<'_, '_>) -> Option<&'g Gate> {
    let kind = if simulation.outcome == Outcome::Allowed { Some(GateKind::Trust) } else { simulation.decided_by };
    let kind = kind.filter(|kind| *kind != GateKind::Permissions);
    simulation.gates.iter().find(|gate| Some(gate.kind) == kind && gate.state != GateState::Skipped)
}

/// The statement on which a judgement hangs; `near` is the place of the one that came nearest.
fn deciding_statement<'j, 'i, 's>(judgement: &'j Judgement<'i, 's>, near: Option<Span>) -> Option<&'j StatementTrace<'i, 's>> {
    let statements = &judgement.trace.statements;
    let of = |statement| statements.iter().find(|trace| std::ptr::eq(trace.statement, statement));
    match judgement.verdict {
        Verdict::Allowed(statement) | Verdict::Denied(statement) => of(statement),
        Verdict::Undecided(gap) => statements
            .iter()
            .find(|trace| trace.statement.range.contains(gap.span))
            .or_else(|| statements.iter().find(|trace| matches!(trace.applies, Truth::Unknown(_)))),
        Verdict::NotAllowed => {
            let near = near?;
            statements.iter().find(|trace| trace.statement.range.contains(near))
        }
        Verdict::Refused(_) => None,
    }
}

fn failing_label(difference: &Difference<'_, '_>) -> Label {
    Label::new(difference.place, difference.label())
}

fn short_name(role: &RoleRef<'_, '_>) -> String {
    let given = role.role.map(|role| role.name.shown().into_owned());
    let name = given.or_else(|| Arn::parse(&role.name)?.role_name().map(str::to_owned)).unwrap_or_else(|| role.name.clone());
    text::escape(&name).into_owned()
}

fn decides(gate: &Gate) -> bool {
    matches!(gate.state, GateState::Fail) || matches!(gate.kind, GateKind::RoleMapping | GateKind::Trust)
}
