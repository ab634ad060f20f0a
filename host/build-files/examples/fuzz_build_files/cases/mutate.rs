//! Changes of a case: bytes, tokens, lines, pieces of another case, and long repetitions.

use super::grammar::{expression, token};
use super::{Random, Subject};

/// What a case is cut to; a few may be longer, because long files have rules of their own.
const LONGEST: usize = 16 << 10;
const LONGEST_OF_ALL: usize = 512 << 10;

/// A changed copy; `other` lends pieces.
pub fn mutate(base: &[u8], other: &[u8], subject: Subject, random: &mut Random) -> Vec<u8> {
    let mut case = base.to_vec();
    for _ in 0..=random.below(6) {
        change(&mut case, other, subject, random);
    }
    case.truncate(if random.one_in(200) { LONGEST_OF_ALL } else { LONGEST });
    case
}

fn change(case: &mut Vec<u8>, other: &[u8], subject: Subject, random: &mut Random) {
    let (start, end) = range(case, random);
    match random.below(12) {
        0 if end > start => case[start] ^= 1 << random.below(8),
        1 => drop(case.drain(start..end)),
        2 => replace(case, start, start, token(subject, random).as_bytes()),
        3 | 4 => replace(case, start, end, token(subject, random).as_bytes()),
        5 => {
            let (from, to) = range(other, random);
            replace(case, start, end, &other[from..to]);
        }
        6 => {
            let piece = case[start..end].to_vec();
            let at = random.below(case.len() + 1);
            replace(case, at, at, &piece);
        }
        7 => {
            let times = [2, 10, 100, 300, 10_000][random.below(5)].min(LONGEST_OF_ALL / (end - start).max(1));
            let piece = case[start..end].repeat(times);
            replace(case, start, end, &piece);
        }
        8 if random.one_in(4) => {
            let piece = token(subject, random).repeat([5, 50, 250, 5_000][random.below(4)]);
            replace(case, start, end, piece.as_bytes());
        }
        9 => swap_lines(case, random),
        10 => change_number(case, random),
        _ if matches!(subject, Subject::Parser | Subject::Evaluator) => {
            replace(case, start, end, expression(random, 3).as_bytes());
        }
        _ => replace(case, start, end, token(subject, random).as_bytes()),
    }
}

/// A piece of a case: a word, some bytes, or anything.
fn range(case: &[u8], random: &mut Random) -> (usize, usize) {
    let start = random.below(case.len() + 1);
    match random.below(3) {
        0 => {
            let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
            let before = case[..start].iter().rev().take_while(|byte| is_word(byte)).count();
            let after = case[start..].iter().take_while(|byte| is_word(byte)).count();
            (start - before, start + after)
        }
        1 => (start, (start + 1 + random.below(8)).min(case.len())),
        _ => (start, start + random.below(case.len() - start + 1)),
    }
}

fn replace(case: &mut Vec<u8>, start: usize, end: usize, piece: &[u8]) {
    if case.len() + piece.len() <= 2 * LONGEST_OF_ALL {
        case.splice(start..end, piece.iter().copied());
    }
}

fn swap_lines(case: &mut Vec<u8>, random: &mut Random) {
    let mut lines: Vec<&[u8]> = case.split(|byte| *byte == b'\n').collect();
    let (first, second) = (random.below(lines.len()), random.below(lines.len()));
    lines.swap(first, second);
    *case = lines.join(&b'\n');
}

/// Puts a number at an edge in the place of one that is there.
fn change_number(case: &mut Vec<u8>, random: &mut Random) {
    let edges = ["0", "-1", "1", "9223372036854775807", "-9223372036854775808", "4294967296", "1e308", "0.1", "99999"];
    let digits: Vec<usize> = (0..case.len()).filter(|at| case[*at].is_ascii_digit()).collect();
    if !digits.is_empty() {
        let at = *random.pick(&digits);
        let edge = *random.pick(&edges);
        replace(case, at, at + 1, edge.as_bytes());
    }
}
