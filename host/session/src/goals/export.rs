//! `export`: what IDEs need to import the targets, as one JSON document (version 1.1.0 of what Pants v1 printed).
//!
//! Here stands what holds for every language: targets, dependencies, sources, resolved libraries. Whatever a backend
//! knows more (kinds of sources, platforms, interpreters) comes as fragments through a product. Nothing is resolved or
//! generated unless libraries are asked for.

mod document;
mod fragment;

use super::console::{choice, flag, is_set, output_file_option, sink};
use super::contributions::RESOLVED_LIBRARIES;
use super::output::{Sink, Stop};
use crate::backends::SharedSymbols;
use document::Document;
use fragment::EXPORT_FRAGMENT;
use pants_engine::{Context, Planning, ProductDecl, RoundManager, Task, TaskError, TaskSpec, TaskType};
use pants_model::{OptionSpec, Value};
use serde::Serialize;
use serde_json::ser::{CompactFormatter, PrettyFormatter, Serializer};
use std::io::{self, BufWriter, Write};

/// Generated code in the graph; any backend may produce it.
const GENERATED_SOURCES: &str = "generated_sources";

/// How much is written at once.
const PORTION: usize = 64 << 10;

/// The task type of `export`.
pub(crate) struct ExportType {
    spec: TaskSpec,
    symbols: SharedSymbols,
}

impl ExportType {
    pub(crate) fn new(symbols: SharedSymbols) -> Self {
        let spec = TaskSpec {
            description: "Print what IDEs must know of the targets, as JSON.".to_owned(),
            is_console: true,
            ..TaskSpec::new("Export")
        };
        Self { spec, symbols }
    }
}

impl TaskType for ExportType {
    fn spec(&self) -> &TaskSpec {
        &self.spec
    }

    fn register_options(&self) -> Result<Vec<OptionSpec>, TaskError> {
        let on = |name: &str, help: &str| OptionSpec { default: Value::Bool(true), ..flag(name, help) };
        let not_yet = "Accepted from IDEs: what the resolver brings besides jars is told in any case.";
        Ok(vec![
            output_file_option(),
            choice("output-format", &["json"], "json", "How to print: as JSON, in any case."),
            on("formatted", "Indent the document; otherwise it is a single line."),
            on("libraries", "Generate code, and resolve the third-party libraries to tell where they are."),
            flag("libraries-sources", not_yet),
            flag("libraries-javadocs", not_yet),
            flag("sources", "Tell the source files of each target, too."),
            flag("available-target-types", "Tell the types that BUILD files may use, too."),
        ])
    }

    fn product_types(&self) -> Result<Vec<ProductDecl>, TaskError> {
        Ok(Vec::new())
    }

    fn alternate_target_roots(&self, _: &Planning<'_>) -> Result<Option<Vec<pants_model::Address>>, TaskError> {
        Ok(None)
    }

    fn prepare(&self, planning: &Planning<'_>, round: &mut RoundManager) -> Result<(), TaskError> {
        round.optional(EXPORT_FRAGMENT);
        if planning.option("libraries").as_bool() == Some(true) {
            round.optional(GENERATED_SOURCES);
            round.optional(RESOLVED_LIBRARIES);
        }
        Ok(())
    }

    fn construct(&self, _context: &Context) -> Result<Box<dyn Task>, TaskError> {
        Ok(Box::new(Export { symbols: self.symbols.clone() }))
    }
}

struct Export {
    symbols: SharedSymbols,
}

impl Task for Export {
    fn execute(&mut self, context: &Context) -> Result<(), TaskError> {
        let symbols = self.symbols.get().ok_or_else(|| TaskError::failed("no symbols are registered"))?;
        let document = Document::new(context, symbols)?;
        let written = write(&document, is_set(context, "formatted"), sink(context)?);
        // Who cancels a run knows why the document is not whole.
        context.check_cancelled()?;
        match written {
            Err(Stop::Failed(error)) => Err(*error),
            Ok(()) | Err(Stop::Unread) => Ok(()),
        }
    }
}

/// Writes the document as it is made, target by target.
fn write(document: &Document<'_>, is_formatted: bool, sink: Box<dyn Sink>) -> Result<(), Stop> {
    let mut writer = BufWriter::with_capacity(PORTION, SinkWriter { sink, stop: None });
    let written = match is_formatted {
        true => {
            let formatter = PrettyFormatter::with_indent(b"    ");
            document.serialize(&mut Serializer::with_formatter(&mut writer, formatter))
        }
        false => document.serialize(&mut Serializer::with_formatter(&mut writer, CompactFormatter)),
    };
    let written = written.map_err(io::Error::from).and_then(|()| writer.write_all(b"\n")).and_then(|()| writer.flush());
    let (SinkWriter { sink, stop }, _) = writer.into_parts();
    match (stop, written) {
        (Some(stop), _) => Err(stop),
        (None, Err(error)) => Err(TaskError::failed("the document cannot be written").caused_by(error).into()),
        (None, Ok(())) => sink.finish(),
    }
}

/// A sink for those who write to an [`io::Write`]: keeps why it stopped.
struct SinkWriter {
    sink: Box<dyn Sink>,
    stop: Option<Stop>,
}

impl Write for SinkWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sink.write(bytes).map(|()| bytes.len()).map_err(|stop| {
            self.stop = Some(stop);
            io::ErrorKind::BrokenPipe.into()
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
