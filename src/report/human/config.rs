//! For people: what holds of a configuration, and where each value is from.

use super::address;
use crate::config::Setting;
use crate::report::text::{self, Colour, paint};
use crate::report::{Holding, Look};
use crate::source::Sources;

/// Every value that holds, with its origin.
pub fn settings(holding: &Holding, settings: &[Setting], sources: &Sources, look: Look) -> String {
    let mut out = match &holding.file {
        Some(file) => format!("{}, {}\n\n", text::escape(file), holding.why),
        None => format!("no configuration file: {}\n\n", holding.why),
    };
    let keys = settings.iter().map(|own| text::width(&own.key)).max().unwrap_or(0);
    for own in settings {
        let value = own.value.as_deref().map_or("not set".into(), text::escape);
        let origin = own.place.map_or_else(|| "default".to_owned(), |span| address(sources, span));
        let key = text::escape(&own.key);
        let head = format!("{key}{}  ", " ".repeat(keys.saturating_sub(text::width(&key))));
        let painted = paint(&head, Colour::Bold, look.colour);
        let line = format!("{value} ({origin})");
        text::push_hanging(&mut out, &head, &painted, &line, look.width);
    }
    out
}
