//! Questions in the language that solvers read, for whoever wants a second opinion: SMT-LIB 2.6 with its theory of strings.
//!
//! The text is made of the policies anew and knows nothing of the search. It means what the evaluator means: where that answers that it
//! does not know, the text has a Boolean of which nothing is said, one for the same question wherever it is asked. So `unsat` is a proof
//! and `sat` is one where no line of the text starts with `; open`.

mod callers;
mod compare;
mod filled;
mod formula;
mod glob;
mod keys;
mod term;
mod writer;

use std::fmt::Write as _;

use callers::Callers;
use formula::Applies;
use keys::Keys;
use term::{all, any, comment, equal, literal, not, symbol};
use writer::{RESOURCE, Writer};

use super::Question;
use crate::policy::Policy;
use crate::reference::Reference;

/// A question as a text for a solver: `sat` where there is such a request, `unsat` where there is none.
pub fn smt2(question: &Question<'_, '_>, reference: &Reference) -> String {
    let mut out = String::from(HEAD);
    out.push_str("(set-logic ALL)\n\n");
    ask(question, reference, &mut out);
    out
}

/// Several questions as one text, each behind its title, of which nothing holds for the next.
pub fn smt2_each(questions: &[(String, Question<'_, '_>)], reference: &Reference) -> String {
    if let [(title, question)] = questions {
        return format!("; {}\n{}", comment(title), smt2(question, reference));
    }
    let mut out = String::from(HEAD);
    out.push_str("(set-logic ALL)\n");
    for (title, question) in questions {
        let title = literal(title);
        let _ = writeln!(out, "\n(push 1)\n(echo {title})");
        ask(question, reference, &mut out);
        out.push_str("(pop 1)\n");
    }
    out
}

const HEAD: &str = concat!(
    "; Is there a request that the policies `allowed` allow and the policies `other` do not?\n",
    "; `sat`: there is one, and `(get-model)` behind `(check-sat)` tells it. `unsat`: there is none.\n",
    "; A line `; open` tells of something that is not known or that AWS does not document; where there is one, `sat` is no proof.\n",
    "; Written by rolecall ",
    env!("CARGO_PKG_VERSION"),
    " in SMT-LIB 2.6 with strings. To run it: `cvc5 --incremental --strings-exp --strings-fmf FILE` or `z3 FILE`.\n",
);

fn ask(question: &Question<'_, '_>, reference: &Reference, out: &mut String) {
    let keys = Keys::of(question, reference);
    let callers = Callers::of(question);
    let mut writer = Writer::new(&keys);
    let mut body = String::new();
    let allowed = side("allowed", &question.allowed_by, &callers, &mut writer, &mut body);
    let other = side("other", &question.not_by, &callers, &mut writer, &mut body);

    let mut head = String::from("; what is asked for; of the action letter case does not count, so it is in small letters\n");
    let _ = writeln!(head, "(declare-const action String)\n(assert (str.in_re action {ACTION}))");
    let _ = writeln!(head, "(declare-const {RESOURCE} String)");
    let _ = writeln!(head, "(assert (str.in_re {RESOURCE} (re.union (str.to_re \"*\") arn)))");
    if let Some(action) = &question.among.action {
        let _ = writeln!(head, "(assert {})", equal("action", &literal(&action.to_ascii_lowercase())));
    }
    for name in &question.among.no_actions {
        let _ = writeln!(head, "(assert {})", not(equal("action", &literal(&name.to_ascii_lowercase()))));
    }
    if let Some(resource) = &question.among.resource {
        let _ = writeln!(head, "(assert {})", equal(RESOURCE, &literal(resource)));
    }
    head.push('\n');
    keys.declarations(&mut head);
    for term in keys.held(&question.among.keys) {
        let _ = writeln!(head, "(assert {term})");
    }
    callers.declare(&writer, &mut head);
    writer.declarations(&mut head);
    head.push_str(&body);
    out.push_str("; the letters of which texts are made\n");
    out.push_str(&writer.alphabet(&head));
    out.push('\n');
    out.push_str(&head);
    let _ = writeln!(out, "\n(assert {})\n(check-sat)", all([allowed, not(other)]));
}

/// What is an action, in small letters.
const ACTION: &str = "(re.++ (re.+ (re.union (re.range \"a\" \"z\") (re.range \"0\" \"9\") (str.to_re \"-\"))) (str.to_re \":\") (re.+ (re.union (re.range \"a\" \"z\") (re.range \"0\" \"9\") (str.to_re \"-\") (str.to_re \"_\"))))";

/// Writes when each statement of one side applies; the answer is the term for what they allow together.
fn side(name: &str, policies: &[&Policy<'_>], callers: &Callers, writer: &mut Writer<'_>, out: &mut String) -> String {
    let (mut allows, mut denies) = (Vec::new(), Vec::new());
    let mut take = |own: Applies| {
        allows.push(own.allows);
        denies.push(own.denies);
    };
    for (index, policy) in policies.iter().enumerate() {
        if policy.refusal().is_some() {
            let identity = format!("{name}, policy {}", index + 1);
            let open = writer.open(&identity, "AWS refuses to store the policy");
            take(Applies { allows: open.clone(), denies: not(open) });
        }
        for statement in &policy.statements {
            let applies = writer.statement(policy, statement, callers);
            let title = format!("{name} {} of policy {}", statement.title().replace('`', ""), index + 1);
            let mut define = |what: &str, term: String| {
                if term == "false" {
                    return term;
                }
                let place = symbol(&format!("{title} {what}"));
                let place =
                    if out.contains(&place) { symbol(&format!("{title} {what}, number {}", statement.index + 1)) } else { place };
                let _ = writeln!(out, "\n(define-fun {place} () Bool\n  {term})");
                place
            };
            take(Applies { allows: define("allows", applies.allows), denies: define("denies", applies.denies) });
        }
        if let Some(own) = writer.further(policy) {
            take(own);
        }
    }
    all([any(allows), not(any(denies))])
}
