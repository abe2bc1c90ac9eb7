//! The search for a request that makes a statement apply, and none of others.

use std::collections::BTreeMap;

use super::atom::{Dimension, Literal, OPEN};
use super::theory::{Solved, Theory};
use super::value::Value;

/// What became of looking for a request.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// This one. What it does not tell is of no interest.
    Found(Model),
    /// There is none.
    None,
    /// The budget ran out.
    TooMuch,
    /// There may be one: a key is compared in two ways that are not looked at together.
    Unclear,
}

/// A value for each dimension that was looked at.
pub(super) type Model = BTreeMap<Dimension, Value>;

/// What must be true, by dimension, sorted.
type Asserted = BTreeMap<Dimension, Vec<Literal>>;

/// Looks for a request of which all literals of `wanted` are true, and of each of `barred` at least one is false.
///
/// A value is chosen for each dimension; where a barred statement applies to what was chosen, one of its literals is made false,
/// the one with the fewest alternatives first, and the value chosen anew.
pub(super) fn search(theory: &Theory<'_, '_, '_>, wanted: &[Literal], barred: &[&[Literal]]) -> Outcome {
    let mut asserted = Asserted::new();
    for literal in wanted {
        let Some(atom) = theory.atoms.atom(literal.0) else { continue };
        add(asserted.entry(atom.dimension).or_default(), *literal);
    }
    let mut model = Model::new();
    for (dimension, literals) in &asserted {
        match theory.solve(*dimension, literals) {
            Solved::Value(value) => model.insert(*dimension, value),
            Solved::None => return Outcome::None,
            Solved::TooMuch => return Outcome::TooMuch,
            Solved::Unclear => return Outcome::Unclear,
        };
    }
    go(theory, &mut asserted, &mut model, barred)
}

fn go(theory: &Theory<'_, '_, '_>, asserted: &mut Asserted, model: &mut Model, barred: &[&[Literal]]) -> Outcome {
    let mut fewest: Option<Vec<(Dimension, Literal, Value)>> = None;
    for clause in barred {
        if !theory.spend(clause.len()) {
            return Outcome::TooMuch;
        }
        if clause.iter().any(|literal| is_false(theory, *literal, asserted, model)) {
            continue;
        }
        let mut ways = Vec::new();
        for &(id, want) in *clause {
            let Some(atom) = theory.atoms.atom(id) else { continue };
            let opposite = (id, !want);
            let mut literals = asserted.get(&atom.dimension).cloned().unwrap_or_default();
            add(&mut literals, opposite);
            match theory.solve(atom.dimension, &literals) {
                Solved::Value(value) => ways.push((atom.dimension, opposite, value)),
                Solved::None => {}
                Solved::TooMuch => return Outcome::TooMuch,
                Solved::Unclear => return Outcome::Unclear,
            }
        }
        if ways.is_empty() {
            return Outcome::None;
        }
        if fewest.as_ref().is_none_or(|known| ways.len() < known.len()) {
            let is_forced = ways.len() == 1;
            fewest = Some(ways);
            if is_forced {
                break;
            }
        }
    }
    let Some(ways) = fewest else { return Outcome::Found(model.clone()) };
    let before = (asserted.clone(), model.clone());
    let mut unclear = false;
    for (dimension, literal, value) in ways {
        add(asserted.entry(dimension).or_default(), literal);
        model.insert(dimension, value);
        match go(theory, asserted, model, barred) {
            Outcome::None => {}
            Outcome::Unclear => unclear = true,
            other => return other,
        }
        (*asserted, *model) = before.clone();
    }
    if unclear { Outcome::Unclear } else { Outcome::None }
}

/// Whether a literal is false of what was chosen. Of what was not chosen yet a value is chosen that nothing is asked of.
fn is_false(theory: &Theory<'_, '_, '_>, literal: Literal, asserted: &Asserted, model: &mut Model) -> bool {
    let Some(atom) = theory.atoms.atom(literal.0) else { return false };
    if asserted.get(&atom.dimension).is_some_and(|own| own.binary_search(&(literal.0, !literal.1)).is_ok()) {
        return true;
    }
    if atom.dimension == OPEN {
        return false;
    }
    let value = match model.get(&atom.dimension) {
        Some(value) => value,
        None => match theory.solve(atom.dimension, &[]) {
            Solved::Value(value) => model.entry(atom.dimension).or_insert(value),
            _ => return false,
        },
    };
    theory.truth(literal, value) == Ok(!literal.1)
}

/// Adds a literal to sorted ones, once.
fn add(literals: &mut Vec<Literal>, literal: Literal) {
    if let Err(place) = literals.binary_search(&literal) {
        literals.insert(place, literal);
    }
}
