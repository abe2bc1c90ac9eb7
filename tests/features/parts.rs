//! Parts of the reader of live accounts that have no public name, taken in by their files.

#[path = "../../src/aws/names.rs"]
mod names;
#[allow(dead_code, reason = "what reads an account needs more of it")]
#[path = "../../src/aws/shape.rs"]
mod shape;

use aws_sdk_iam::primitives::DateTime;
use names::{LONGEST_NAME, file_names, is_inside};
use serde_json::{Value, json};
use shape::{Shape, document, text};

#[test]
fn documents_are_decoded_and_lose_nothing() {
    assert_eq!(document("%7B%22a%20b%22%3A%22%C3%A9%22%7D"), json!({"a b": "é"}));
    assert_eq!(document(r#"{"n": 1}"#), json!({"n": 1}));
    for whole in [r#"{"a": 1, "a": 2}"#, r#"{"n": 1234567890123456789012345}"#, r#"{"a": "#] {
        assert_eq!(document(whole), Value::from(whole));
    }
    assert_eq!(document("%FF"), Value::from("%FF"));
}

#[test]
fn times_are_written_to_the_microsecond() {
    let shape = |seconds: f64| {
        let time = DateTime::from_secs_f64(seconds);
        Value::from(Shape::new().time("t", Some(&time)))
    };
    for (seconds, text) in [
        (1_594_889_658.0, "2020-07-16T08:54:18+00:00"),
        (1_594_889_658.976, "2020-07-16T08:54:18.976000+00:00"),
        (1_594_889_647.287, "2020-07-16T08:54:07.287000+00:00"),
        (1_594_889_658.999_999_9, "2020-07-16T08:54:19+00:00"),
        (-0.25, "1969-12-31T23:59:59.750000+00:00"),
    ] {
        assert_eq!(shape(seconds), json!({ "t": text }));
    }
}

#[test]
fn texts_are_indented_by_four() {
    let shape = Shape::new().with("a", Shape::new().with("b", "x\n  y")).maybe("c", None::<bool>);
    assert_eq!(text(&shape.into()), "{\n    \"a\": {\n        \"b\": \"x\\n  y\"\n    }\n}\n");
}

#[test]
fn names_of_files_differ_and_fit() {
    let long = "x".repeat(255);
    let cut = "x".repeat(LONGEST_NAME);
    let names = file_names(&["a/b", "A:b", ".a", &long, &long, "größe"]);
    assert_eq!(names, ["a_b", "A_b-2", "_.a", &cut, &format!("{cut}-2"), "gr__e"]);
}

#[test]
fn a_list_names_nothing_outside_of_its_folder() {
    for file in ["iam/roles/a.json", "cognito-idp/r/"] {
        assert!(is_inside(file), "{file}");
    }
    for file in ["", "/iam/a", "../iam/a", "iam/../../a", "iam/./a", "iam\\..\\a", "README.md", "snapshot.json", "iam"] {
        assert!(!is_inside(file), "{file}");
    }
}
