//! The evaluator: a question made of the bytes is answered as by the oracle of the tests, whoever listens, in whatever order policies and
//! statements stand, and a further Deny never allows.

use rolecall::evaluate::{self, Trace};

use crate::asked;
use crate::oracle;
use crate::questions::{Dice, question, turned, with_statement};

pub fn decide(bytes: &[u8]) {
    let dice = &mut Dice::new(bytes);
    let question = question(dice);
    let answer = asked::answer(&question);
    assert_eq!(answer, oracle::answer(&question), "tool and oracle differ: {question:#}");
    let recorded = asked::put(&question, |request, setting, policies| {
        asked::told(&evaluate::decide(request, setting, policies, &mut Trace::default()))
    });
    assert_eq!(recorded, answer, "it matters who listens: {question:#}");
    assert_eq!(asked::answer(&turned(&question)), answer, "the order matters: {question:#}");
    if let Some(more) = with_statement(dice, &question, "Deny") {
        assert!(answer == "allowed" || answer == "error" || asked::answer(&more) != "allowed", "a Deny allowed: {more:#}");
    }
}
