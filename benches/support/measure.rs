//! What the benches share.

use std::time::Instant;

use serde_json::Value;

/// A document as text: with four spaces a level, or minified.
pub(crate) fn print(document: &Value, spaces: bool) -> String {
    if !spaces {
        return document.to_string();
    }
    // twice the two spaces that it prints
    let lines = format!("{document:#}");
    let indented = lines.lines().map(|line| format!("{}{line}\n", " ".repeat(line.len() - line.trim_start().len())));
    indented.collect()
}

/// The number in the middle.
pub(crate) fn median(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.into_iter().collect();
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(0.0)
}

pub(crate) fn seconds(run: impl FnOnce()) -> f64 {
    let clock = Clock::start();
    run();
    clock.seconds()
}

/// Time that passes, on the processor where the system tells it.
pub(crate) struct Clock {
    start: Instant,
    on_processor: Option<f64>,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { start: Instant::now(), on_processor: on_processor() }
    }

    pub(crate) fn seconds(&self) -> f64 {
        let on_processor = self.on_processor.and_then(|start| Some(on_processor()? - start));
        on_processor.unwrap_or_else(|| self.start.elapsed().as_secs_f64())
    }
}

/// The seconds that this thread has spent on a processor, as Linux counts them.
fn on_processor() -> Option<f64> {
    // the count is brought up to date when the thread is scheduled
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(text.split(' ').next()?.parse::<f64>().ok()? / 1e9)
}
