//! Makes a case smaller as long as it shows the same.

use std::io;
use std::time::{Duration, Instant};

/// A smaller case for which the question is still answered with yes, found in the time given.
pub fn shrink(
    case: Vec<u8>,
    time: Duration,
    mut is_same: impl FnMut(&[u8]) -> io::Result<bool>,
) -> io::Result<Vec<u8>> {
    let start = Instant::now();
    let mut case = case;
    let mut piece = case.len() / 2;
    while piece > 0 {
        let mut at = 0;
        let before = case.len();
        while at < case.len() && start.elapsed() < time {
            let end = (at + piece).min(case.len());
            let smaller = [&case[..at], &case[end..]].concat();
            if is_same(&smaller)? {
                case = smaller;
            } else {
                at = end;
            }
        }
        // Pieces of one byte are tried again as long as that helps.
        if piece > 1 || case.len() == before {
            piece /= 2;
        }
        if start.elapsed() >= time {
            break;
        }
    }
    Ok(case)
}
