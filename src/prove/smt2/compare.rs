//! Whether a value of a request agrees with one of a policy.

use std::fmt::Write as _;

use super::glob::{Letter, Reach, arn_language, arn_parts, could_be, is_unsettled, is_wild, language, letters};
use super::keys::{Key, Sort, Value, told};
use super::term::{all, any, choose, equal, implies, in_language, literal, not, real, truth};
use super::writer::Writer;
use crate::evaluate::{self, Context, Truth};
use crate::policy::{Comparison, Operand, Relation, Value as Typed};

impl Writer<'_> {
    /// Whether a value of this key agrees with a value of a policy, by the positive form of an operator.
    pub(super) fn compare(&mut self, comparison: Comparison, operand: &Operand<'_>, key: &Key, value: &Value) -> String {
        match comparison {
            Comparison::StringEquals | Comparison::StringLike => {
                let wild = comparison == Comparison::StringLike;
                let own = letters(&operand.pattern, wild);
                self.know(&own);
                let doubt = doubt(comparison, operand, &value.term);
                if own.iter().any(is_unsettled) {
                    let shadow = wild.then(|| in_language(&value.term, &language(&own, Reach::All, false)));
                    let holds = self.like(&own, &value.term, &doubt);
                    return self.filled(&own, holds, shadow, &doubt);
                }
                plain(&own, &value.term)
            }
            Comparison::StringEqualsIgnoreCase => self.ignore_case(operand, value),
            Comparison::Arn => self.arn(operand, value),
            _ => self.typed(comparison, operand, key, value),
        }
    }

    fn ignore_case(&mut self, operand: &Operand<'_>, value: &Value) -> String {
        let own = letters(&operand.pattern, false);
        self.know(&own);
        let term = &value.term;
        let doubt = doubt(Comparison::StringEqualsIgnoreCase, operand, term);
        if own.iter().any(is_unsettled) {
            // the letter case of the value of a variable is left open
            let alike = in_language(term, &language(&own, Reach::All, true));
            let alike = all([self.open(&doubt, "the letter case of a variable's value"), alike]);
            let holds = any([self.like(&own, term, &doubt), alike]);
            return self.filled(&own, holds, None, &doubt);
        }
        let alike = in_language(term, &language(&own, Reach::All, true));
        if own.iter().all(|letter| matches!(letter, Letter::Exact(c) if c.is_ascii())) {
            return alike;
        }
        let each =
            own.iter().map(|letter| if matches!(letter, Letter::Exact(c) if c.is_ascii()) { *letter } else { Letter::Many });
        let near = in_language(term, &language(&each.collect::<Vec<_>>(), Reach::All, true));
        any([alike, all([self.open(&doubt, evaluate::undocumented::OP_STRING_IGNORE_CASE_UNICODE), near])])
    }

    fn arn(&mut self, operand: &Operand<'_>, value: &Value) -> String {
        let own = letters(&operand.pattern, true);
        self.know(&own);
        let term = &value.term;
        let doubt = doubt(Comparison::Arn, operand, term);
        let parts = arn_parts(&own);
        let any_text = !own.is_empty() && own.iter().all(|letter| matches!(letter, Letter::Many));
        if own.iter().any(is_unsettled) {
            let holds = self.arn_filled(&own, term, &doubt);
            let shadow = in_language(term, &language(&own, Reach::All, false));
            return self.filled(&own, holds, Some(shadow), &doubt);
        }
        if any_text {
            let open = self.open(&doubt, evaluate::undocumented::OP_ARN_STAR_VALUE);
            return any([in_language(term, "arn"), open]);
        }
        if parts.len() < 6 {
            let as_written = plain(&own, term);
            let mut longer = own.clone();
            longer.extend([Letter::Exact(':'), Letter::Many]);
            let alike = any([as_written, plain(&longer, term)]);
            return all([self.open(&doubt, evaluate::undocumented::OP_ARN_SHORT), alike]);
        }
        if !own.iter().any(is_wild) {
            let starts = own.iter().map_while(|letter| if let Letter::Exact(c) = letter { Some(*c) } else { None });
            let text: String = starts.collect();
            return if text.starts_with("arn:") { equal(term, &literal(&text)) } else { truth(false) };
        }
        arn_language(&parts).map_or_else(|| truth(false), |own| in_language(term, &own))
    }

    /// An ARN compared with a pattern in which variables stand, whose values are there.
    fn arn_filled(&mut self, own: &[Letter<'_, '_>], term: &str, doubt: &str) -> String {
        let open = |this: &mut Self, why| this.open(doubt, why);
        let near = any([
            in_language(term, &language(own, Reach::All, false)),
            in_language(term, &format!("(re.++ {} (str.to_re \":\") re.all)", language(own, Reach::All, false))),
        ]);
        if own.iter().any(|letter| matches!(letter, Letter::Open)) {
            return all([open(self, "a hole or a variable that is not written as one"), near]);
        }
        if !own.iter().any(is_wild) {
            let filled = self.filled_text(own);
            let short = not(in_language(
                &filled,
                "(re.++ re.all (str.to_re \":\") re.all (str.to_re \":\") re.all (str.to_re \":\") re.all (str.to_re \":\") re.all (str.to_re \":\") re.all)",
            ));
            let same = equal(term, &filled);
            let longer = format!("(str.prefixof (str.++ {filled} \":\") {term})");
            let as_short = all([open(self, evaluate::undocumented::OP_ARN_SHORT), any([same.clone(), longer])]);
            return choose(short, as_short, all([same, in_language(term, "arn")]));
        }
        let parts = arn_parts(own);
        let Some((last, first)) = parts.split_last().filter(|(_, first)| first.len() == 5) else {
            return all([open(self, "a variable whose value may hold colons"), near]);
        };
        let colons: Vec<String> = first.iter().copied().flatten().filter_map(|letter| self.value_of_letter(letter)).collect();
        let colons = any(colons.into_iter().map(|own| format!("(str.contains {own} \":\")")));
        let places = self.split(term);
        let mut holds = vec![in_language(term, "arn")];
        for (index, (part, place)) in first.iter().chain([last]).zip(["\"arn\"".to_owned()].iter().chain(&places)).enumerate() {
            holds.push(match part.iter().any(is_unsettled) {
                true => self.like(part, place, doubt),
                false if index == 0 => truth(could_be(part, "arn")),
                false => plain(part, place),
            });
        }
        let as_open = all([open(self, "a variable whose value may hold colons"), near]);
        choose(colons, as_open, all(holds))
    }

    fn typed(&mut self, comparison: Comparison, operand: &Operand<'_>, key: &Key, value: &Value) -> String {
        let doubt = doubt(comparison, operand, &value.term);
        // a value that the operator can read tells whether that of the policy can be read
        let sample = match comparison {
            Comparison::Numeric(_) => "0",
            Comparison::Date(_) => "2000-01-01",
            Comparison::Bool => "true",
            Comparison::IpAddress => "203.0.113.9",
            _ => "",
        };
        if let Truth::Unknown(gap) = evaluate::compare(comparison, operand, sample, &Context::new()) {
            return self.open(&doubt, &super::writer::why(gap));
        }
        let term = &value.term;
        match (&operand.value, key.sort) {
            (Typed::Bool(wanted), Sort::Switch) => equal(term, &literal(&wanted.to_string())),
            (Typed::Bool(wanted), Sort::Text) => {
                let is = |word: &str| equal(term, &literal(word));
                let other = self.open(&doubt, evaluate::undocumented::OP_BAD_CONTEXT);
                choose(is(&wanted.to_string()), truth(true), all([not(is(&(!wanted).to_string())), other]))
            }
            (own, sort) if sort != Sort::Text => relates(comparison, own, value).unwrap_or_else(|| truth(false)),
            _ => self.open(&doubt, "the key is compared as a text as well"),
        }
    }

    /// The parts of an ARN behind `arn:`, as texts of their own.
    pub(super) fn split(&mut self, term: &str) -> Vec<String> {
        let inner = term.trim_matches('|');
        let places: Vec<String> =
            ["partition", "service", "region", "account", "rest"].iter().map(|part| format!("|{part} of {inner}|")).collect();
        let mut text = String::new();
        for place in &places {
            let _ = writeln!(text, "(declare-const {place} String)");
        }
        let joined = places.join(" \":\" ");
        let parts = places.iter().take(4).map(|place| in_language(place, "(re.* in-part)"));
        let is = all([equal(term, &format!("(str.++ \"arn:\" {joined})"))].into_iter().chain(parts));
        let _ = writeln!(text, "(assert {})", implies(&in_language(term, "arn"), &is));
        self.help(text);
        places
    }
}

/// Whether a text agrees with a pattern without variables.
pub(super) fn plain(own: &[Letter<'_, '_>], term: &str) -> String {
    if own.iter().any(is_wild) {
        return in_language(term, &language(own, Reach::All, false));
    }
    let chars = own.iter().filter_map(|letter| if let Letter::Exact(c) = letter { Some(*c) } else { None });
    equal(term, &literal(&chars.collect::<String>()))
}

/// Whether a value of a request relates to one that is no text as is asked; `None` for what no operator makes.
pub(super) fn relates(comparison: Comparison, own: &Typed, value: &Value) -> Option<String> {
    let term = &value.term;
    Some(match own {
        Typed::Number(own) => related(comparison, term, &real(&own.to_string())),
        Typed::Date(own) => {
            let nanoseconds = own.nanoseconds();
            let (sign, size) = (if nanoseconds < 0 { "-" } else { "" }, nanoseconds.unsigned_abs());
            let number = format!("{sign}{}.{:09}", size / 1_000_000_000, size % 1_000_000_000);
            related(comparison, term, &real(number.trim_end_matches('0').trim_end_matches('.')))
        }
        Typed::Binary(own) => {
            let digits = own.iter().fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"));
            equal(term, &literal(&digits))
        }
        Typed::Network(first, prefix) => within(*first, *prefix, value),
        _ => return None,
    })
}

fn related(comparison: Comparison, value: &str, own: &str) -> String {
    let (Comparison::Numeric(relation) | Comparison::Date(relation)) = comparison else { return truth(false) };
    let sign = match relation {
        Relation::Equals => "=",
        Relation::LessThan => "<",
        Relation::LessThanEquals => "<=",
        Relation::GreaterThan => ">",
        Relation::GreaterThanEquals => ">=",
    };
    format!("({sign} {value} {own})")
}

fn within(first: std::net::IpAddr, prefix: u8, value: &Value) -> String {
    let (v6, bits, number) = match first {
        std::net::IpAddr::V4(own) => (false, 32, u128::from(own.to_bits())),
        std::net::IpAddr::V6(own) => (true, 128, own.to_bits()),
    };
    let rest = (0..bits - u32::from(prefix)).fold(0_u128, |rest, _| rest << 1 | 1);
    let family = if v6 { value.is_v6.clone() } else { not(value.is_v6.clone()) };
    let Value { term, .. } = value;
    if rest == 0 {
        return all([family, equal(term, &number.to_string())]);
    }
    all([family, format!("(<= {number} {term} {})", number | rest)])
}

/// By what an open question is known: the same comparison of the same value with the same pattern is the same question.
fn doubt(comparison: Comparison, operand: &Operand<'_>, term: &str) -> String {
    let comparison = match comparison {
        Comparison::Numeric(relation) => format!("Numeric {relation:?}"),
        Comparison::Date(relation) => format!("Date {relation:?}"),
        other => format!("{other:?}"),
    };
    format!("{} {comparison} {}", term.trim_matches('|'), told(&operand.pattern))
}

/// As [`plain`], where what is not settled may be anything.
pub(super) fn plain_or_near(own: &[Letter<'_, '_>], term: &str) -> String {
    if own.iter().any(is_unsettled) { in_language(term, &language(own, Reach::All, false)) } else { plain(own, term) }
}
