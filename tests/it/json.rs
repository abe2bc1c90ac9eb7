//! The JSON reader.

use rolecall::source::Sources;
use rolecall::syntax::{Kind, json};

#[test]
fn a_document_inside_a_string() {
    for (text, percent) in [
        (r#"{"doc": "{\"a\": [\"\u0073\u00e9\\n\\u0041\"]}"}"#, false),
        (r#"{"doc": "%7B%22a%22%3A%5B%22s%C3%A9%5Cn%5Cu0041%22%5D%7D"}"#, true),
    ] {
        let mut sources = Sources::new();
        let id = sources.add("outer.json", text);
        let outer = json::read(id, sources.get(id).text());
        let doc = outer.root().get("doc").unwrap();
        let inner = json::read_inside(&doc.literal().unwrap(), percent);
        assert_eq!(inner.faults(), []);
        let value = inner.root().get("a").unwrap();
        assert_eq!(value.kind(), Kind::List);
        let item = value.items().next().unwrap();
        assert_eq!(item.string().unwrap(), "sé\nA");
        let literal = item.literal().unwrap();
        let parts: Vec<_> =
            literal.value.char_indices().map(|(at, c)| sources.slice(literal.span_of(at..at + c.len_utf8()))).collect();
        let expected = if percent { ["s", "%C3%A9", "%5Cn", "%5Cu0041"] } else { [r"\u0073", r"\u00e9", r"\\n", r"\\u0041"] };
        assert_eq!(parts, expected);
    }
}
