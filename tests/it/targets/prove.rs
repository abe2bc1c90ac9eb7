//! The prover: what it shows, the evaluator takes; of what it says is never so, no request made of the same words is one.
//!
//! An input that begins with `{` is two policies with a line `---` between, the second the older one; any other makes two of a few words.

use rolecall::evaluate::Verdict;
use rolecall::policy::{self, Policy, PolicyKind};
use rolecall::prove::{self as prover, Among, Budget, Proof, Question};
use rolecall::reference::Reference;
use rolecall::source::Sources;
use rolecall::syntax::json;

use super::requests::Words;
use crate::chance::Chance;
use crate::pairs::{Maker, check_witness, said};
use crate::questions::Dice;

/// How much the prover tries.
const BUDGET: Budget = Budget { steps: 200_000 };
/// How many requests are made in each direction.
const REQUESTS: usize = 40;
const BETWEEN: &[u8] = b"\n---\n";

pub fn prove(bytes: &[u8]) {
    let mut sources = Sources::new();
    let (mut kind, mut requests) = (None, Vec::new());
    if bytes.starts_with(b"{") {
        let at = bytes.windows(BETWEEN.len()).position(|window| window == BETWEEN);
        let (new, old) = at.map_or((bytes, bytes), |at| (&bytes[..at], &bytes[at + BETWEEN.len()..]));
        for own in [new, old] {
            sources.add_bytes("policy.json", own.to_vec());
        }
    } else {
        let dice = &mut Dice::new(bytes);
        let kinds = [PolicyKind::Identity, PolicyKind::Identity, PolicyKind::Resource, PolicyKind::Trust];
        let own = kinds[dice.below(kinds.len())];
        let mut maker = Maker { dice, kind: own };
        let old = maker.policy();
        let new = if maker.chance(15) { maker.policy() } else { maker.changed(&old) };
        for own in [new, old] {
            sources.add("policy.json", own.to_string());
        }
        requests = (0..REQUESTS).map(|_| maker.request()).collect();
        kind = Some(own);
    }
    let trees: Vec<_> = sources.iter().map(|(id, source)| json::read(id, source.text())).collect();
    let kind = kind.unwrap_or_else(|| policy::kind_of(trees[0].root()).0);
    let policies: Vec<Policy<'_>> = trees.iter().map(|tree| policy::read(tree.root(), kind)).collect();
    let reference = Reference::default();
    let mut chance = Chance::of_input(bytes);
    for [new, old] in [[0, 1], [1, 0]] {
        let pair = [&policies[new], &policies[old]];
        if speaks_true(pair, &reference, &mut chance) {
            for request in &requests {
                assert_ne!(said(pair, request), [Some(true), Some(false)], "said to hold, but {request:#}");
            }
        }
    }
    let same = Question { allowed_by: vec![&policies[0]], not_by: vec![&policies[0]], among: Among::default() };
    let proof = prover::prove(&same, &reference, BUDGET);
    assert!(!matches!(proof, Proof::Witness(_)), "a policy is wider than itself: {proof:#?}");
}

/// Asserts that no answer on what the one policy allows and the other does not is wrong. Gives whether there is said to be nothing.
fn speaks_true(policies: [&Policy<'_>; 2], reference: &Reference, chance: &mut Chance) -> bool {
    let [new, old] = policies;
    let question = Question { allowed_by: vec![new], not_by: vec![old], among: Among::default() };
    let proof = prover::prove(&question, reference, BUDGET);
    let mut shown = matches!(proof, Proof::Witness(_));
    for (statement, own) in prover::prove_each(&question, reference, BUDGET) {
        if let Proof::Witness(witness) = own {
            shown = true;
            check_witness(&question, &witness);
            assert!(std::ptr::eq(witness.allowed_by, statement) || matches!(proof, Proof::Witness(_) | Proof::Undecided(_)));
        }
    }
    match &proof {
        Proof::Witness(witness) => check_witness(&question, witness),
        Proof::Undecided(_) => {}
        Proof::Holds => {
            assert!(!shown, "it holds for all statements together, and not for each");
            let words = Words::of(&policies, reference);
            for _ in 0..REQUESTS {
                let request = words.request(chance);
                let said = policies.map(|own| request.verdict(&[own]));
                let contradicts = matches!(said, [Verdict::Allowed(_), Verdict::NotAllowed | Verdict::Denied(_)]);
                assert!(!contradicts, "said to hold, but {request}: {said:#?}");
            }
        }
    }
    matches!(proof, Proof::Holds)
}
