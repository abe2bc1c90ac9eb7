//! Which subjects reach which roles, as one page without anything beside it, to hand on.

use super::{Reached, reach, text};
use crate::reach::{Cell, Distance, Path, Reason};
use crate::source::{Sources, Span};

/// The table, the ways, and what was taken for granted.
pub fn reach(reached: &Reached<'_, '_, '_>, sources: &Sources) -> String {
    let mut page = Page { out: HEAD.to_owned(), sources };
    page.table(reached);
    for (row, column, cell) in reached.cells() {
        page.cell(reached, (row, column), cell);
    }
    if !reached.reach.assumptions.is_empty() {
        page.put("<h2>Taken for granted</h2>\n<ul>\n");
        for own in &reached.reach.assumptions {
            let line = format!("<li>{}</li>\n", shown(own));
            page.put(&line);
        }
        page.put("</ul>\n");
    }
    page.put("</body>\n</html>\n");
    page.out
}

const HEAD: &str = "<!DOCTYPE html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<title>rolecall: who reaches which roles</title>
<style>
body { font-family: system-ui, sans-serif; margin: 2rem; color: #1b1b1f; }
table { border-collapse: collapse; }
th, td { border: 1px solid #d0d0d8; padding: .3rem .6rem; text-align: center; }
th.who { text-align: left; font-weight: normal; }
tr.anyone th.who { color: #b00020; }
tr.other-account th.who { color: #8a5a00; }
td.reached { background: #fbe3e4; }
td.undecided { background: #fff4d6; }
td a { text-decoration: none; color: inherit; }
code { font-size: .9em; overflow-wrap: anywhere; }
.place { color: #666; }
</style>
</head>
<body>
<h1>Who reaches which roles</h1>
";

struct Page<'p> {
    out: String,
    sources: &'p Sources,
}

impl Page<'_> {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn table(&mut self, reached: &Reached<'_, '_, '_>) {
        self.put("<table>\n<tr><th></th>");
        for &column in &reached.columns {
            let head = format!("<th>{}</th>", shown(reached.target(column)));
            self.put(&head);
        }
        self.put("</tr>\n");
        for (row, (subject, cells)) in reached.reach.subjects.iter().zip(&reached.reach.rows).enumerate() {
            let class = match subject.distance {
                Distance::Anyone => "anyone",
                Distance::Other => "other-account",
                Distance::Known => "known",
            };
            self.put(&format!("<tr class=\"{class}\"><th class=\"who\">{}</th>", shown(&subject.name)));
            for &column in &reached.columns {
                let (class, mark) = match cells.get(column) {
                    Some(Cell::Reached(_)) => ("reached", "✓"),
                    Some(Cell::Open(_)) => ("undecided", "?"),
                    Some(Cell::No(_)) | None => ("not-reached", "·"),
                };
                self.put(&format!("<td class=\"{class}\"><a href=\"#c{row}-{column}\">{mark}</a></td>"));
            }
            self.put("</tr>\n");
        }
        self.put("</table>\n");
    }

    fn cell(&mut self, reached: &Reached<'_, '_, '_>, (row, column): (usize, usize), cell: &Cell) {
        let (subject, target) = (shown(reached.subject(row)), shown(reached.target(column)));
        let title = match cell {
            Cell::Reached(_) => format!("{subject} reaches {target}"),
            Cell::Open(_) => format!("Not known whether {subject} reaches {target}"),
            Cell::No(_) => format!("{subject} does not reach {target}"),
        };
        let head = format!("<h2 id=\"c{row}-{column}\">{title}</h2>\n");
        self.put(&head);
        match cell {
            Cell::Reached(paths) => {
                for path in paths {
                    self.way(reached, path);
                }
                for closing in reached.closings((row, column)) {
                    self.put(&format!("<p>To close the first: {}</p>\n", shown(&closing)));
                }
            }
            Cell::Open(reasons) | Cell::No(reasons) => self.reasons(reasons),
        }
    }

    fn way(&mut self, reached: &Reached<'_, '_, '_>, path: &Path) {
        self.put(&format!("<p>By {}:</p>\n<ol>\n", path.way.name()));
        for step in &path.steps {
            let places: Vec<String> = step.places.iter().map(|label| self.place(label.span)).collect();
            let call = if step.call.is_empty() { String::new() } else { format!("<code>{}</code> ", shown(&step.call)) };
            let line = format!("<li>{call}{}{}</li>\n", shown(&step.text), places.concat());
            self.put(&line);
        }
        self.put("</ol>\n");
        if let Some(sample) = reach::sample(path) {
            self.put(&format!("<p>With <code>{}</code></p>\n", shown(&sample)));
        }
        if let Some(command) = reached.command(path) {
            self.put(&format!("<p>Try <code>{}</code></p>\n", shown(&command)));
        }
    }

    fn reasons(&mut self, reasons: &[Reason]) {
        self.put("<ul>\n");
        for (ways, text, place) in reach::joined(reasons) {
            let place = place.map_or_else(String::new, |span| self.place(span));
            let line = format!("<li>{ways}: {}{place}</li>\n", shown(text));
            self.put(&line);
        }
        self.put("</ul>\n");
    }

    fn place(&self, span: Span) -> String {
        let place = self.sources.place(span);
        let name = shown(self.sources.get(span.source).name());
        format!(" <span class=\"place\">({name}:{}:{})</span>", place.line, place.column)
    }
}

/// A text of the user's, in which nothing is markup and nothing hides.
fn shown(own: &str) -> String {
    let mut out = String::with_capacity(own.len());
    for letter in text::escape(own).chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
