//! Lines and columns in the units of editors.

use rolecall::lsp::{Encoding, Lines, Point};

/// Characters of one to four bytes, and every line end.
const TEXT: &str = "aé日😀b\r\n😀\rc\n\nlast";

const ALL: [Encoding; 2] = [Encoding::Utf8, Encoding::Utf16];

fn point(line: u32, column: u32) -> Point {
    Point { line, column }
}

#[test]
fn columns_count_what_was_agreed_on() {
    let lines = Lines::of(TEXT);
    let b = TEXT.find('b').expect("it is there");
    let columns = ALL.map(|encoding| lines.point(TEXT, b, encoding).column);
    assert_eq!(columns, [10, 5]);
    let places = [("b", 0), ("\r\n", 0), ("\rc", 1), ("c", 2), ("last", 4)];
    for (text, line) in places {
        assert_eq!(lines.point(TEXT, TEXT.find(text).expect(text), Encoding::Utf16).line, line, "{text:?}");
    }
}

#[test]
fn every_place_leads_back() {
    for (text, lines) in [(TEXT, Lines::of(TEXT)), ("", Lines::of("")), ("\r\n", Lines::of("\r\n"))] {
        let inside_line_end = |at: usize| text[..at].ends_with('\r') && text[at..].starts_with('\n');
        for (at, _) in text.char_indices().chain([(text.len(), ' ')]).filter(|(at, _)| !inside_line_end(*at)) {
            for encoding in ALL {
                let place = lines.point(text, at, encoding);
                assert_eq!(lines.offset(text, place, encoding), at, "{text:?} {at} {encoding:?} {place:?}");
            }
        }
    }
}

#[test]
fn what_is_no_place_becomes_the_nearest_before() {
    let lines = Lines::of(TEXT);
    let emoji = TEXT.find('😀').expect("it is there");
    // the second half of a pair
    assert_eq!(lines.offset(TEXT, point(0, 4), Encoding::Utf16), emoji);
    assert_eq!(lines.offset(TEXT, point(0, 7), Encoding::Utf8), emoji);
    // behind the end of a line, and of the text
    assert_eq!(lines.offset(TEXT, point(0, 99), Encoding::Utf16), TEXT.find('\r').expect("it is there"));
    assert_eq!(lines.offset(TEXT, point(99, 0), Encoding::Utf16), TEXT.len());
    // between the two of a line end, in a character, and beyond
    let end = TEXT.find('\n').expect("it is there");
    assert_eq!(lines.point(TEXT, end, Encoding::Utf16), point(0, 6));
    assert_eq!(lines.point(TEXT, emoji + 2, Encoding::Utf16), point(0, 3));
    assert_eq!(lines.point(TEXT, 999, Encoding::Utf16), point(4, 4));
}

#[test]
fn the_mark_of_a_file_is_no_column() {
    let text = "\u{FEFF}ab\nc";
    assert_eq!(Lines::of_file(text).point(text, 4, Encoding::Utf16), point(0, 1));
    assert_eq!(Lines::of_file(text).point(text, 0, Encoding::Utf16), point(0, 0));
    assert_eq!(Lines::of_file(text).point(text, 6, Encoding::Utf16), point(1, 0));
    assert_eq!(Lines::of(text).point(text, 4, Encoding::Utf16), point(0, 2));
}
