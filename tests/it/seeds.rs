//! The seeds of the fuzz targets, as they are and with small changes.

use std::fs;

use crate::chance::Chance;
use crate::support;

/// As long an input gets at most, in bytes.
const LONGEST: usize = 16_384;

/// Sends a target its seeds, and so many changes of them. Chance makes them, and the same ones in each run; how many there are is what takes
/// about a second.
pub(crate) fn stands(target: &str, law: fn(&[u8]), changes: u64) {
    // a package of the crate has no seeds
    if !support::root().join("fuzz").exists() {
        return;
    }
    let folder = support::root().join("fuzz/corpus").join(target);
    let mut paths: Vec<_> = fs::read_dir(&folder).expect("seeds").map(|entry| entry.expect("a seed").path()).collect();
    paths.sort();
    let seeds: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).expect("a seed")).collect();
    assert!(!seeds.is_empty(), "fuzz/corpus/{target}: without a seed nothing is tried");
    for (path, seed) in paths.iter().zip(&seeds) {
        try_out(&format!("{}", path.display()), seed, law);
    }
    let words = words();
    for number in 0..asked_for().unwrap_or(changes) {
        let mut chance = Chance::of_input(&number.to_le_bytes());
        let at = (number % seeds.len() as u64) as usize;
        let input = changed(&mut chance, &seeds[at], &seeds, &words);
        try_out(&format!("{}, change {number}", paths[at].display()), &input, law);
    }
}

/// How many changes `ROLECALL_CHANGES` asks for.
fn asked_for() -> Option<u64> {
    std::env::var("ROLECALL_CHANGES").ok()?.parse().ok()
}

/// Tells which input it is that breaks a law.
fn try_out(name: &str, input: &[u8], law: fn(&[u8])) {
    // what is wrong was told by then
    let stands = std::panic::catch_unwind(|| law(input)).is_ok();
    assert!(stands, "{name} breaks a law:\n{}", String::from_utf8_lossy(input));
}

/// The words that `fuzz/run` gives to libFuzzer.
fn words() -> Vec<Vec<u8>> {
    let text = support::read("fuzz/words.dict");
    let quoted = text.lines().filter_map(|line| line.strip_prefix('"')?.strip_suffix('"'));
    let words: Vec<Vec<u8>> = quoted.map(plain).collect();
    assert!(words.len() > 100, "the words of `fuzz/words.dict`");
    words
}

/// A word without the backslashes of its file.
fn plain(word: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = word.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        rest = behind;
        match (first, behind) {
            (b'\\', [b'x', high, low, after @ ..]) => {
                let digits = [*high, *low];
                let digits = str::from_utf8(&digits).expect("digits");
                bytes.push(u8::from_str_radix(digits, 16).expect("two digits"));
                rest = after;
            }
            (b'\\', [own, after @ ..]) => {
                bytes.push(*own);
                rest = after;
            }
            _ => bytes.push(first),
        }
    }
    bytes
}

/// A seed with one to four changes.
fn changed(chance: &mut Chance, seed: &[u8], all: &[Vec<u8>], words: &[Vec<u8>]) -> Vec<u8> {
    let mut input = seed.to_vec();
    for _ in 0..=chance.below(4) {
        let at = chance.below(input.len() + 1);
        match chance.below(7) {
            0 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1 << chance.below(8);
                }
            }
            1 => {
                let end = (at + 1 + chance.below(8)).min(input.len());
                drop(input.drain(at..end));
            }
            2 | 3 => drop(input.splice(at..at, words[chance.below(words.len())].iter().copied())),
            4 => {
                let other = &all[chance.below(all.len())];
                input.truncate(at);
                input.extend_from_slice(&other[chance.below(other.len() + 1)..]);
            }
            5 => {
                let end = (at + chance.below(64)).min(input.len());
                let again = input[at..end].to_vec();
                drop(input.splice(at..at, again));
            }
            _ => input.truncate(at),
        }
    }
    input.truncate(LONGEST);
    input
}
