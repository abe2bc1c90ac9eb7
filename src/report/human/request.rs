//! Requests for people: the answer first, then what each type of policy says, the statements that decide, and what was taken for
//! granted.

use super::super::text;
use super::super::{Answered, Detail, Look};
use super::frames;
use super::page::{Page, outcome_colour};
use crate::evaluate::{Trace, Truth};
use crate::finding::Label;
use crate::policy::Effect;
use crate::simulate::{Coverage, GateState, Outcome, Way, deciding, outcome, says, why};
use crate::source::{Sources, Span};

/// One request, or several.
pub fn requests(list: &[Answered<'_, '_, '_>], detail: Detail, sources: &Sources, look: Look) -> String {
    let mut page = Page { out: String::new(), sources, look };
    for (index, answered) in list.iter().enumerate() {
        if index > 0 && detail > Detail::Short {
            page.out.push('\n');
        }
        page.request(answered, detail);
    }
    page.out
}

impl Page<'_> {
    fn request(&mut self, answered: &Answered<'_, '_, '_>, detail: Detail) {
        let reply = &answered.reply;
        let which = match reply.coverage {
            Some(Coverage::All) => "all of ",
            Some(Coverage::Some) => "some of ",
            Some(Coverage::None) => "any of ",
            None => "",
        };
        let about = format!("{} on {which}{}, because {}", answered.inquiry.action, answered.inquiry.resource, reply.why());
        self.answer(reply.outcome, "", &text::escape(&about));
        let mut told: Vec<Outcome> = Vec::new();
        let mut drawn: Vec<Span> = Vec::new();
        for way in &reply.ways {
            let outcome = outcome(&way.decision);
            if told.contains(&outcome) {
                continue;
            }
            told.push(outcome);
            if way.resource != answered.inquiry.resource && detail > Detail::Short {
                self.out.push('\n');
                let why = why(&way.decision, &way.record);
                self.answer(outcome, "  ", &text::escape(&format!("{}, because {why}", way.resource)));
            }
            self.says(way, detail);
            if detail > Detail::Short {
                self.statements(answered, way, detail, &mut drawn);
            }
        }
        if detail > Detail::Short {
            self.list(
                "not used: no statement on this action asks for these keys",
                &answered.reply.unused(answered.inquiry.context),
            );
            self.list("not known", &answered.unknown);
            self.list("taken for granted", &answered.assumptions);
        }
    }

    /// A line for each type of policy; in short those that stand in the way.
    fn says<'p, 's>(&mut self, way: &Way<'p, 's, Trace<'p, 's>>, detail: Detail) {
        let mut says = says(&way.decision, &way.record);
        if detail == Detail::Short {
            says.retain(|say| matches!(say.state, GateState::Fail | GateState::Unknown));
        } else if !says.is_empty() {
            self.out.push('\n');
        }
        let column = says.iter().map(|say| say.who.name().len()).max().unwrap_or(0);
        for say in &says {
            let line = self.placed(&say.text, say.place.as_ref().map(|place| place.span));
            self.step(say.state, say.who.name(), column, &line);
        }
    }

    /// The statements that decide, and what they compared; all statements where that is asked for.
    fn statements<'p, 's>(
        &mut self,
        answered: &Answered<'_, '_, '_>,
        way: &Way<'p, 's, Trace<'p, 's>>,
        detail: Detail,
        drawn: &mut Vec<Span>,
    ) {
        let colour = outcome_colour(outcome(&way.decision));
        let is_derived = |key: &str| answered.inquiry.context.is_derived(key);
        for own in deciding(&way.decision, &way.record) {
            let Some(first) = own.labels.first().filter(|first| !drawn.contains(&first.span)) else { continue };
            drawn.push(first.span);
            self.out.push('\n');
            let picture = frames(self.sources, &own.labels.iter().collect::<Vec<&Label>>(), colour, self.look);
            self.out.push_str(&picture);
            if let Some(trace) = own.statement.filter(|trace| detail < Detail::Verbose && !trace.conditions.is_empty()) {
                self.conditions(trace, is_derived);
            }
        }
        if detail == Detail::Verbose {
            for trace in &way.record.statements {
                self.conditions(trace, is_derived);
                let (mark, colour) = self.truth_mark(trace.applies);
                let painted = format!("    {} ", self.paint(mark, colour));
                let effect = match trace.statement.effect {
                    Some((Effect::Allow, _)) => "allow",
                    Some((Effect::Deny, _)) => "deny",
                    None => "allow or deny",
                };
                let applies = match trace.applies {
                    Truth::Yes => format!("it applies: {effect}"),
                    Truth::No => format!("it does not apply, else it would {effect}"),
                    Truth::Unknown(_) => format!("it is not known whether it applies; then it would {effect}"),
                };
                self.hanging(&format!("    {mark} "), &painted, &applies);
            }
        }
    }
}
