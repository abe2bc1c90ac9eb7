//! A call to AWS, and what to say where it fails.

use std::error::Error;

use aws_sdk_iam::config::http::HttpResponse;
use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use serde_json::{Map, Value};

/// A call: the name that the AWS CLI has for it, its arguments, and the region.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) name: &'static str,
    pub(super) arguments: Map<String, Value>,
    pub(super) region: Option<String>,
}

impl Call {
    /// A call to IAM, which is the same in all regions.
    pub(super) fn global(name: &'static str) -> Self {
        Self { name, arguments: Map::new(), region: None }
    }

    /// A call to a service of one region.
    pub(super) fn regional(name: &'static str, region: &str) -> Self {
        Self { region: Some(region.to_owned()), ..Self::global(name) }
    }

    pub(super) fn with(mut self, argument: &str, value: impl Into<Value>) -> Self {
        self.arguments.insert(argument.to_owned(), value.into());
        self
    }
}

/// Why a call failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct CallError {
    /// The error code, where AWS answered.
    pub(super) code: Option<String>,
    /// All of it, on one line.
    pub(super) text: String,
}

impl CallError {
    /// An answer without what it is about.
    pub(super) fn empty() -> Self {
        Self { code: None, text: "the answer holds nothing".to_owned() }
    }
}

impl<E> From<SdkError<E, HttpResponse>> for CallError
where
    SdkError<E, HttpResponse>: Error,
    E: ProvideErrorMetadata,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        let code = error.as_service_error().and_then(|own| own.code()).map(str::to_owned);
        let text = match (&code, error.as_service_error().and_then(|own| own.message())) {
            (Some(code), Some(message)) => format!("{code}: {message}"),
            (Some(code), None) => code.clone(),
            // what is no answer of AWS may be one of something between
            _ => match error.raw_response().map(|response| response.status().as_u16()) {
                Some(status) => format!("HTTP status {status}: {}", chain(&error)),
                None => chain(&error),
            },
        };
        Self { code, text: one_line(&text) }
    }
}

/// What an error says, and what the errors behind it say.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut texts = vec![error.to_string()];
    let mut behind = error.source();
    while let Some(error) = behind {
        let text = error.to_string();
        // many say again what is behind them
        if !texts.iter().any(|own| own.contains(&text)) {
            texts.push(text);
        }
        behind = error.source();
    }
    one_line(&texts.join(": "))
}

/// Longer messages hold something for machines.
const LONGEST: usize = 400;

/// A message on one line, without the encoded part that some services append.
fn one_line(text: &str) -> String {
    let text = text.split("Encoded authorization failure message").next().unwrap_or(text);
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or(&line)),
        None => line,
    }
}
