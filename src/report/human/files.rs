//! What would be read: one line an input.

use crate::inventory::{Form, NOTHING};
use crate::report::text::{self, Colour, paint};
use crate::report::{Listed, Listing, Look};

/// Longer paths do not push the rest of every line away.
const WIDEST: usize = 60;

/// How many inputs in which there is nothing are named, where not all are asked for.
const SHOWN: usize = 20;

/// A table of inputs, with what each was recognised as.
pub fn files(all: &[Listed], listing: Listing, look: Look) -> String {
    let is_nothing = |own: &Listed| own.form.as_ref().is_err_and(|why| why == NOTHING);
    let nothing = all.iter().filter(|own| is_nothing(own)).count();
    let hidden = if listing == Listing::Cut && nothing > SHOWN { nothing } else { 0 };
    let listed: Vec<&Listed> = all.iter().filter(|own| hidden == 0 || !is_nothing(own)).collect();
    let paths: Vec<_> = listed.iter().map(|own| text::escape(&own.path)).collect();
    let widest = |widths: &mut dyn Iterator<Item = usize>| widths.filter(|&width| width <= WIDEST).max().unwrap_or(0);
    let path_column = widest(&mut paths.iter().map(|path| text::width(path)));
    let form_column = widest(&mut listed.iter().filter_map(|own| own.form.as_ref().ok()).map(|form| name(*form).len()));
    let mut out = String::new();
    for (own, path) in listed.iter().zip(&paths) {
        let gap = " ".repeat(path_column.saturating_sub(text::width(path)) + 2);
        let what = match &own.form {
            Ok(form @ Form::Policy(kind, sure)) => {
                let doubt = if *sure { "" } else { ", not sure" };
                format!("{:form_column$}  {}{doubt}", name(*form), kind.name())
            }
            Ok(form) => name(*form).to_owned(),
            Err(why) => paint(&format!("not looked at: {}", text::escape(why)), Colour::Dim, look.colour).into_owned(),
        };
        out.extend([path, &*gap, &*what, "\n"]);
    }
    let looked_at = listed.iter().filter(|own| own.form.is_ok()).count();
    let plural = if looked_at == 1 { "" } else { "s" };
    let behind = if hidden > 0 { format!(", and {hidden} with {NOTHING} (`-v` lists them)") } else { String::new() };
    let last = format!("\n{looked_at} file{plural} to look at, {} not{behind}\n", listed.len() - looked_at);
    out.push_str(if listed.is_empty() { last.trim_start() } else { &last });
    out
}

fn name(form: Form) -> &'static str {
    match form {
        Form::Policy(..) => "policy",
        Form::AwsCli(name) | Form::Template(name) | Form::Holding(name) => name,
        Form::Snapshot => "snapshot",
        Form::Nothing(why) => why,
    }
}
