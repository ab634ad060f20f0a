//! The fuzzer of this room: mutated cases against the parsers of values, command lines and config files.
//!
//!     cargo run -p pants-options --release --example fuzz_options -- --minutes 3 ini
//!
//! Panics, deaths, hangs, memory and endless messages are findings; each is made small and saved. docs/testing.md says
//! more. How a case runs in a process of its own and is made small is that of the BUILD files' fuzzer.

// A program prints; the house's rule is for libraries.
#![allow(clippy::print_stdout)]

mod cases;
#[path = "../../../build-files/examples/fuzz_build_files/shrink.rs"]
mod shrink;
#[path = "../../../build-files/examples/fuzz_build_files/worker.rs"]
mod worker;

use cases::{Corpus, Random, Subject};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use worker::{Finding, Worker};

/// After as many different findings there is enough to do.
const ENOUGH: usize = 20;
/// How long one finding may be made smaller.
const SHRINKING: Duration = Duration::from_secs(60);

/// What the command line says.
struct Arguments {
    subjects: Vec<Subject>,
    minutes: f64,
    seed: u64,
    replay: Vec<PathBuf>,
    findings: PathBuf,
}

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [first, subject] = &words[..]
        && first == "--worker"
    {
        return Ok(worker::work(subject_named(subject)?)?);
    }
    let arguments = parse_arguments(words)?;
    let mut found = 0;
    for subject in &arguments.subjects {
        found += if arguments.replay.is_empty() {
            campaign(*subject, &arguments)?
        } else {
            replay(*subject, &arguments.replay)?
        };
    }
    if found > 0 { Err(format!("{found} findings").into()) } else { Ok(()) }
}

fn subject_named(name: &str) -> Result<Subject, String> {
    let names = Subject::ALL.map(Subject::name).join(", ");
    Subject::ALL.into_iter().find(|subject| subject.name() == name).ok_or(format!("`{name}` is none of {names}"))
}

fn parse_arguments(words: Vec<String>) -> Result<Arguments, Box<dyn Error>> {
    let mut arguments = Arguments {
        subjects: Vec::new(),
        minutes: 1.0,
        seed: 1,
        replay: Vec::new(),
        findings: Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/fuzz"),
    };
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("`{word}` takes a value"));
        match word.as_str() {
            "--minutes" => arguments.minutes = value()?.parse()?,
            "--seed" => arguments.seed = value()?.parse()?,
            "--replay" => arguments.replay.push(value()?.into()),
            "--findings" => arguments.findings = value()?.into(),
            subject => arguments.subjects.push(subject_named(subject)?),
        }
    }
    if arguments.subjects.is_empty() {
        arguments.subjects = Subject::ALL.to_vec();
    }
    Ok(arguments)
}

/// Runs a subject for its time; gives the number of different findings.
fn campaign(subject: Subject, arguments: &Arguments) -> Result<usize, Box<dyn Error>> {
    let mut random = Random::new(arguments.seed);
    let mut corpus = Corpus::new(subject);
    println!("{}: seed {}, {} texts to start with", subject.name(), arguments.seed, corpus.len());
    let mut worker = Worker::new(subject);
    let mut findings: Vec<Finding> = Vec::new();
    let mut executions: u64 = 0;
    let (start, time) = (Instant::now(), Duration::from_secs_f64(arguments.minutes * 60.0));
    while start.elapsed() < time && findings.len() < ENOUGH {
        let case = corpus.next(&mut random);
        executions += 1;
        match worker.run(&case)? {
            Ok(shown) => corpus.learn(case, &shown),
            Err(finding) if findings.iter().any(|known| known.is_like(&finding)) => {}
            Err(finding) => {
                let small = shrink::shrink(case, SHRINKING, |case| {
                    let verdict = worker.run(case)?;
                    Ok(verdict.is_err_and(|other| other.is_like(&finding)))
                })?;
                save(subject, &finding, &small, findings.len(), &arguments.findings)?;
                findings.push(finding);
            }
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{}: {executions} cases in {seconds:.0} s ({:.0} a second), {} worth changing, {} findings",
        subject.name(),
        executions as f64 / seconds,
        corpus.len(),
        findings.len(),
    );
    Ok(findings.len())
}

fn save(subject: Subject, finding: &Finding, case: &[u8], number: usize, dir: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(dir)?;
    let path = dir.join(format!("{}-{number}", subject.name()));
    fs::write(&path, case)?;
    println!("{}: {:.1000}\n  {} bytes in {}", subject.name(), finding.to_string(), case.len(), path.display());
    println!("  {:.400}", case.escape_ascii().to_string());
    Ok(())
}

/// Runs saved cases.
fn replay(subject: Subject, files: &[PathBuf]) -> Result<usize, Box<dyn Error>> {
    let mut worker = Worker::new(subject);
    let mut found = 0;
    for file in files {
        let start = Instant::now();
        let verdict = worker.run(&fs::read(file)?)?;
        let said = verdict.as_ref().err().map_or("nothing".to_owned(), Finding::to_string);
        println!("{} {}: {said} ({:?})", subject.name(), file.display(), start.elapsed());
        found += usize::from(verdict.is_err());
    }
    Ok(found)
}
