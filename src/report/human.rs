//! For people: code frames with the offending text underlined.

mod claims;
mod config;
mod diff;
mod error;
mod excerpt;
mod expectations;
mod files;
mod page;
mod pulled;
mod reach;
mod reference;
mod repair;
mod request;
mod simulation;
mod token;
mod who;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, SourceCode, SourceSpan, SpanContents,
    ThemeCharacters, ThemeStyles,
};

use super::text::{self, Colour, paint};
use super::{Checked, Look, count_unread};
use crate::finding::{Finding, Label, Severity};
use crate::source::Sources;
use excerpt::{Excerpt, Paper};

pub use claims::claims;
pub use config::settings;
pub(super) use diff::change_colour;
pub use diff::compared;
pub use error::error;
pub use expectations::tests;
pub use files::files;
pub use pulled::pulled;
pub use reach::{reach, who_may};
pub use reference::topics;
pub use request::requests;
pub use simulation::simulations;
pub use token::token;
pub use who::who;

/// What a check has to tell: each finding, then one line that sums up.
pub fn checked(checked: &Checked, sources: &Sources, look: Look) -> String {
    let mut out = String::new();
    for finding in &checked.findings {
        out.push_str(&self::finding(finding, sources, look));
        out.push('\n');
    }
    text::push_hanging(&mut out, "", "", &summary(checked, look), look.width);
    out
}

/// One finding: its message, its places in frames, the remedy and the witness.
pub fn finding(finding: &Finding, sources: &Sources, look: Look) -> String {
    let mut out = String::new();
    let colour = severity_colour(finding.severity);
    let word = finding.severity.name();
    let head = format!("{word}[{}]", finding.rule);
    let rule = format!("[{}]", finding.rule);
    // further lines of a message start at the left: rule names are long
    let body = text::wrap(&format!("{head} {}", text::escape(&finding.message)), look.width).join("\n");
    out.extend([&*paint(word, colour, look.colour), &*paint(&rule, Colour::Bold, look.colour)]);
    out.push_str(body.strip_prefix(&head).unwrap_or(&body));
    out.push('\n');
    let labels: Vec<&Label> = std::iter::once(&finding.primary).chain(&finding.related).collect();
    out.push_str(&frames(sources, &labels, colour, look));
    if let Some(help) = &finding.help {
        push_part(&mut out, "help", &escape_lines(help), look);
    }
    if let Some(fix) = &finding.fix {
        let flag = if fix.safe { "--fix" } else { "--unsafe-fixes" };
        push_part(&mut out, "fix", &format!("{} (`{flag}`)", escape_lines(&fix.what)), look);
    }
    if let Some(witness) = &finding.witness {
        push_part(&mut out, "witness", &format!("{}\n{}", text::escape(&witness.who), text::escape(&witness.claims)), look);
    }
    out
}

/// Frames that show these places, that of the first label first. Labels that are near each other share one.
fn frames(sources: &Sources, labels: &[&Label], colour: Colour, look: Look) -> String {
    let paper = Paper { width: look.width, ellipsis: if look.unicode { "…" } else { "..." } };
    let mut out = String::new();
    for excerpt in excerpt::excerpts(sources, labels, paper) {
        let empty = excerpt.text.trim().is_empty() && excerpt.marks.iter().all(|mark| mark.text.is_empty());
        out.push_str(&if empty { nameplate(&excerpt, look) } else { frame(excerpt, colour, look) });
    }
    out
}

/// `path:line:column`, safe to print.
pub(super) fn address(sources: &Sources, span: crate::source::Span) -> String {
    let place = sources.place(span);
    format!("{}:{}:{}", text::escape(sources.get(span.source).name()), place.line, place.column)
}

pub(super) fn severity_colour(severity: Severity) -> Colour {
    match severity {
        Severity::Error | Severity::High => Colour::Red,
        Severity::Medium => Colour::Yellow,
        Severity::Low => Colour::Magenta,
        Severity::Style => Colour::Green,
    }
}

/// `help: …` under the frames, its further lines under the first.
fn push_part(out: &mut String, name: &str, text: &str, look: Look) {
    let head = format!("   {name}: ");
    let painted = format!("   {} ", paint(&format!("{name}:"), Colour::Cyan, look.colour));
    text::push_hanging(out, &head, &painted, text, look.width);
}

fn escape_lines(text: &str) -> String {
    text.lines().map(text::escape).collect::<Vec<_>>().join("\n")
}

/// One line: counts by severity, inputs, what is suppressed, what was not looked at, not readable or not known, and the day of the service data where a rule asked it.
pub(super) fn summary(checked: &Checked, look: Look) -> String {
    let counts: Vec<String> = checked
        .counts()
        .into_iter()
        .map(|(severity, count)| {
            // of the names only this one is a noun
            let plural = if severity == Severity::Error && count > 1 { "s" } else { "" };
            paint(&format!("{count} {}{plural}", severity.name()), severity_colour(severity), look.colour).into_owned()
        })
        .collect();
    let found = if counts.is_empty() { "no findings".to_owned() } else { counts.join(", ") };
    let files = |count: usize| format!("{count} file{}", if count == 1 { "" } else { "s" });
    let reasons: Vec<String> = checked.passed_over.iter().map(|(reason, count)| format!("{count} ({reason})")).collect();
    let passed_over = if reasons.is_empty() { String::new() } else { format!("; not looked at: {}", reasons.join(", ")) };
    let asked = checked.looked_at > 0 && checked.rules.iter().any(|run| run.theme == Some("reference"));
    let data = checked.data.as_ref().filter(|_| asked).map_or_else(String::new, |data| {
        let overlays: String = data.overlays.iter().flat_map(|name| [" and `", name, "`"]).collect();
        format!("; service data of {}{}", data.date, text::escape(&overlays))
    });
    let unread = match count_unread(&checked.unread) {
        0 => String::new(),
        1 => "; 1 call of the snapshot not readable".to_owned(),
        count => format!("; {count} calls of the snapshot not readable"),
    };
    let not_known = match checked.not_known.len() {
        0 => String::new(),
        1 => "; 1 value not known".to_owned(),
        count => format!("; {count} values not known"),
    };
    let suppressed = match checked.suppressed.len() {
        0 => String::new(),
        count => format!("; {count} suppressed"),
    };
    format!("{found} in {}{suppressed}{passed_over}{unread}{not_known}{}{data}", files(checked.looked_at), fixes(checked))
}

/// How many findings were mended, and how many can be.
fn fixes(checked: &Checked) -> String {
    let [safe, others] = checked.fixable();
    let with = |count: usize, flag: &str| (count > 0).then(|| (count, flag.to_owned()));
    let counts: Vec<(usize, String)> = [with(safe, "--fix"), with(others, "--unsafe-fixes")].into_iter().flatten().collect();
    let counts: Vec<String> = counts
        .iter()
        .enumerate()
        .map(|(at, (count, flag))| format!("{count}{} with `{flag}`", if at == 0 { " fixable" } else { "" }))
        .collect();
    let fixed = if checked.fixed > 0 { format!("; {} fixed", checked.fixed) } else { String::new() };
    let fixable = if counts.is_empty() { String::new() } else { format!("; {}", counts.join(", ")) };
    format!("{fixed}{fixable}")
}

/// Names an input of which there is nothing to show.
fn nameplate(excerpt: &Excerpt, look: Look) -> String {
    let (line, corner) = if look.unicode { ("─", "╶") } else { ("-", "-") };
    format!("   {corner}{line}[{}]\n", paint(&excerpt.name, Colour::Cyan, look.colour))
}

fn frame(excerpt: Excerpt, colour: Colour, look: Look) -> String {
    let characters = if look.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
    let mut styles = if look.colour { ThemeStyles::ansi() } else { ThemeStyles::none() };
    if look.colour {
        let main = match colour {
            Colour::Red => styles.error,
            Colour::Yellow => styles.warning,
            Colour::Green => styles.highlights.get(2).copied().unwrap_or(styles.advice),
            _ => styles.highlights.first().copied().unwrap_or(styles.advice),
        };
        styles.link = styles.advice;
        // miette deals the styles out to the labels in the order of the text, which is the order of the marks
        styles.highlights = excerpt.marks.iter().map(|mark| if mark.main { main } else { styles.advice }).collect();
    }
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme { characters, styles })
        .with_width(look.width)
        .with_urls(false)
        .without_syntax_highlighting()
        .with_context_lines(1);
    let mut drawn = String::new();
    // writing into a string cannot fail, and every mark lies in the text
    let _ = handler.render_report(&mut drawn, &Frame(excerpt));
    // the first line is miette's own headline, which is empty here: ours stands above all frames
    let frame = drawn.split_once('\n').map_or("", |(_, frame)| frame);
    frame.lines().flat_map(|line| [line.trim_end(), "\n"]).collect()
}

/// What miette is to draw.
#[derive(Debug)]
struct Frame(Excerpt);

impl std::fmt::Display for Frame {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Frame {}

impl Diagnostic for Frame {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.0)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.0.marks.iter().map(|mark| {
            let words = (!mark.text.is_empty()).then(|| mark.text.clone());
            LabeledSpan::new(words, mark.range.start, mark.range.len())
        })))
    }
}

impl SourceCode for Excerpt {
    /// miette asks with context for the lines to draw, and without for the place to name in the head of the frame.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (line, column) = if before == 0 { (self.place.line - 1, self.place.column - 1) } else { (self.first_line - 1, 0) };
        let _ = span;
        Ok(Box::new(Contents { excerpt: self, span: (0, self.text.len()).into(), line, column }))
    }
}

struct Contents<'a> {
    excerpt: &'a Excerpt,
    span: SourceSpan,
    line: usize,
    column: usize,
}

impl<'a> SpanContents<'a> for Contents<'a> {
    fn data(&self) -> &'a [u8] {
        self.excerpt.text.as_bytes()
    }

    fn span(&self) -> &SourceSpan {
        &self.span
    }

    fn name(&self) -> Option<&str> {
        Some(&self.excerpt.name)
    }

    fn line(&self) -> usize {
        self.line
    }

    fn column(&self) -> usize {
        self.column
    }

    fn line_count(&self) -> usize {
        self.excerpt.lines
    }
}
