//! Attributes, imports, and the little of `os`, `glob` and `io` that BUILD files use.

use super::calls::{Args, text};
use super::{Evaluator, at, known_module};
use crate::config::ImportsPolicy;
use crate::reads::PathKind;
use crate::symbols::Symbol;
use crate::syntax::{Name, Span, first_part};
use crate::value::{Eval, Module, Scope, Value, exception, fault};
use pants_model::FieldKind;

impl<'a> Evaluator<'a, '_, '_, '_> {
    pub(super) fn attribute(&mut self, value: Value<'a>, name: &'a str) -> Eval<Value<'a>> {
        match (value, name) {
            (Value::Poison, _) => Ok(Value::Poison),
            (Value::Opaque(opaque), _) => self.heap.opaque(&format!("{}.{name}", opaque.text), opaque.call),
            (Value::Class(class), _) => self.class_attribute(class, name),
            (Value::Symbol(symbol), _) => self.symbol_attribute(symbol, name),
            (Value::Module(Module::Os), "path") => Ok(Value::Module(Module::OsPath)),
            (Value::Module(Module::Os), "environ") => Ok(Value::Environ),
            (Value::Module(Module::Os | Module::OsPath), "sep") => Ok(Value::Str("/")),
            (Value::Module(Module::Os), "linesep") => Ok(Value::Str("\n")),
            (Value::Builtin("source_root"), "here") => Ok(Value::Builtin("source_root.here")),
            (Value::Module(Module::Missing(module)), _) => {
                Err(fault(format!("`{module}.{name}` is not available in BUILD files")))
            }
            (Value::Object(object), _) if object.fields.iter().any(|(field, _)| field == name) => {
                crate::fields::thaw(self.heap, object.field(name))
            }
            _ => self.heap.method(value, name),
        }
    }

    /// An attribute of a symbol: the symbol that is registered as `symbol.name`, or a choice of one of its fields
    /// (`Duplicate.SKIP`).
    fn symbol_attribute(&mut self, symbol: &'a str, name: &'a str) -> Eval<Value<'a>> {
        let full = format!("{symbol}.{name}");
        if self.declarations.symbols.get(&full).is_some() {
            return Ok(Value::Symbol(self.heap.text(&full)?));
        }
        let Some(Symbol::Object(spec)) = self.declarations.symbols.get(symbol) else {
            return self.heap.method(Value::Symbol(symbol), name);
        };
        match spec.fields.iter().any(|field| is_choice(&field.kind, name)) {
            true => Ok(Value::Str(name)),
            false => self.heap.method(Value::Symbol(symbol), name),
        }
    }

    pub(super) fn call_module(&mut self, module: Module<'a>, name: &str, mut args: Args<'a>) -> Eval<Value<'a>> {
        match (module, name) {
            (Module::OsPath, "join") => self.join_paths(&args),
            (Module::OsPath, "dirname") => Ok(Value::Str(split_path(args.one_text()?).0)),
            (Module::OsPath, "basename") => Ok(Value::Str(split_path(args.one_text()?).1)),
            (Module::OsPath, "split") => {
                let (dir, name) = split_path(args.one_text()?);
                self.heap.tuple(vec![Value::Str(dir), Value::Str(name)])
            }
            (Module::OsPath, "splitext") => {
                let (stem, extension) = split_extension(args.one_text()?);
                self.heap.tuple(vec![Value::Str(stem), Value::Str(extension)])
            }
            (Module::OsPath, "normpath") => self.heap.str(&normalize(args.one_text()?)),
            (Module::OsPath, "abspath" | "realpath") => {
                let path = args.one_text()?;
                let root = self.setting.build_root.to_string_lossy();
                let absolute = if path.starts_with('/') { path.to_owned() } else { format!("{root}/{path}") };
                self.heap.str(&normalize(&absolute))
            }
            (Module::OsPath, "relpath") => {
                let args = args.between(1, 2)?;
                let root = self.setting.build_root.to_string_lossy();
                let path = normalize(text(args[0])?);
                let start = match args.get(1) {
                    Some(start) => normalize(text(*start)?),
                    // Relative to where Pants runs.
                    None if path.starts_with('/') => root.into_owned(),
                    None => ".".to_owned(),
                };
                self.heap.str(&relative(&path, &start))
            }
            (Module::OsPath, "isabs") => Ok(Value::Bool(args.one_text()?.starts_with('/'))),
            (Module::OsPath, "exists") => self.path_is(&args, &[PathKind::File, PathKind::Dir]),
            (Module::OsPath, "isfile") => self.path_is(&args, &[PathKind::File]),
            (Module::OsPath, "isdir") => self.path_is(&args, &[PathKind::Dir]),
            (Module::Os, "listdir") => {
                let path = args.between(0, 1)?.first().copied().unwrap_or(Value::Str("."));
                let names = self.declarations.reads.names(text(path)?);
                self.texts(&names.map_err(|error| exception("OSError", error.to_string()))?)
            }
            (Module::Os, "getcwd") => self.heap.str(&self.setting.build_root.to_string_lossy()),
            (Module::Os, "getenv") => self.method(Value::Environ, "get", args),
            (Module::Glob, "glob" | "iglob") => {
                args.take("recursive");
                let found = self.declarations.reads.python_glob(args.one_text()?);
                self.check_reads()?;
                self.texts(&found.map_err(|error| fault(error.to_string()))?)
            }
            (Module::Io, "open") => self.builtin("open", args),
            (Module::Missing(module), _) => Err(fault(format!("`{module}.{name}` is not available in BUILD files"))),
            (module, _) => {
                let module = match module {
                    Module::Os => "os",
                    Module::OsPath => "os.path",
                    Module::Glob => "glob",
                    Module::Io | Module::Missing(_) => "io",
                };
                Err(fault(format!("`{module}.{name}` is not available in BUILD files")))
            }
        }
    }

    pub(super) fn import(
        &mut self,
        module: &'a Name,
        alias: Option<&'a Name>,
        span: Span,
        scope: &'a Scope<'a>,
    ) -> Eval<()> {
        let (name, value): (&'a str, _) = match (known_module(module), alias) {
            (Some(known), Some(alias)) => (alias, known),
            // `import os.path` binds `os`.
            (Some(Module::OsPath), None) => ("os", Module::Os),
            (Some(known), None) => (module, known),
            (None, alias) => {
                self.refuse_import(module, span)?;
                (alias.map_or(first_part(module), |alias| alias), Module::Missing(module))
            }
        };
        scope.names.borrow_mut().insert(name, Value::Module(value));
        Ok(())
    }

    pub(super) fn import_from(
        &mut self,
        module: &'a Name,
        names: &'a [(Name, Option<Name>)],
        span: Span,
        scope: &'a Scope<'a>,
    ) -> Eval<()> {
        if &**module == "__future__" {
            return Ok(());
        }
        let known = known_module(module);
        if known.is_none() {
            self.refuse_import(module, span)?;
        }
        for (name, alias) in names {
            let bound = alias.as_ref().unwrap_or(name);
            let value = match known {
                Some(_) if &**name == "*" => return Err(fault("`import *` is not supported in BUILD files")),
                Some(known) => self.attribute(Value::Module(known), name)?,
                None => Value::Module(Module::Missing(module)),
            };
            scope.names.borrow_mut().insert(bound, value);
        }
        Ok(())
    }

    /// What the policy says of a module that we do not have.
    fn refuse_import(&mut self, module: &str, span: Span) -> Eval<()> {
        match self.setting.imports {
            ImportsPolicy::Allow => Ok(()),
            ImportsPolicy::Warn => {
                self.declarations
                    .warn(span, format!("`{module}` is not imported: BUILD files have `os` and `glob` only"));
                Ok(())
            }
            ImportsPolicy::Error => Err(at(
                exception(
                    "ImportError",
                    format!("`{module}` cannot be imported: BUILD files have `os` and `glob` only"),
                )
                .hint("`build_file_imports = \"warn\"` in `[GLOBAL]` passes over other imports"),
                span,
            )),
        }
    }

    fn path_is(&mut self, args: &Args<'a>, kinds: &[PathKind]) -> Eval<Value<'a>> {
        let kind = self.declarations.reads.kind(args.one_text()?);
        Ok(Value::Bool(kinds.contains(&kind)))
    }

    fn texts(&mut self, texts: &[String]) -> Eval<Value<'a>> {
        let values = texts.iter().map(|text| self.heap.str(text)).collect::<Eval<Vec<_>>>()?;
        self.heap.list(values)
    }

    fn join_paths(&mut self, args: &Args<'a>) -> Eval<Value<'a>> {
        let mut path = String::new();
        for part in args.between(1, usize::MAX)? {
            let part = text(*part)?;
            if part.starts_with('/') {
                path.clear();
            } else if !path.is_empty() && !path.ends_with('/') {
                path.push('/');
            }
            path.push_str(part);
        }
        self.heap.str(&path)
    }
}

fn is_choice(kind: &FieldKind, name: &str) -> bool {
    match kind {
        FieldKind::Choice(choices) => choices.iter().any(|choice| choice == name),
        FieldKind::OneOf(kinds) => kinds.iter().any(|kind| is_choice(kind, name)),
        FieldKind::ListOf(kind) => is_choice(kind, name),
        _ => false,
    }
}

/// `os.path.split`: the directory without its last slash, and the name.
fn split_path(path: &str) -> (&str, &str) {
    match path.rsplit_once('/') {
        None => ("", path),
        Some((dir, name)) if dir.trim_end_matches('/').is_empty() => (&path[..path.len() - name.len()], name),
        Some((dir, name)) => (dir.trim_end_matches('/'), name),
    }
}

/// `os.path.splitext`: a leading dot starts no extension.
fn split_extension(path: &str) -> (&str, &str) {
    let name_start = path.rfind('/').map_or(0, |at| at + 1);
    let stem_start = path[name_start..].find(|char| char != '.').map_or(path.len(), |at| name_start + at);
    match path[stem_start..].rfind('.') {
        Some(at) => path.split_at(stem_start + at),
        None => (path, ""),
    }
}

/// `os.path.normpath`.
fn normalize(path: &str) -> String {
    let is_absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if is_absolute => {}
            part => parts.push(part),
        }
    }
    match (is_absolute, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

/// `os.path.relpath` of two normal paths.
fn relative(path: &str, start: &str) -> String {
    let split =
        |path: &str| path.split('/').filter(|part| !part.is_empty() && *part != ".").map(str::to_owned).collect();
    let (path, start): (Vec<String>, Vec<String>) = (split(path), split(start));
    let shared = path.iter().zip(&start).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", start.len() - shared);
    let parts: Vec<&str> = up.chain(path[shared..].iter().map(String::as_str)).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_what_python_makes_of_them() {
        assert_eq!(split_path("a/b"), ("a", "b"));
        assert_eq!(split_path("/a"), ("/", "a"));
        assert_eq!(split_path("a/"), ("a", ""));
        assert_eq!(split_path("a"), ("", "a"));
        assert_eq!(split_extension("a/b.tar.gz"), ("a/b.tar", ".gz"));
        assert_eq!(split_extension("a.b/.bashrc"), ("a.b/.bashrc", ""));
        assert_eq!(normalize("a/../b/./c//d"), "b/c/d");
        assert_eq!(normalize("../a"), "../a");
        assert_eq!(normalize("/../a"), "/a");
        assert_eq!(normalize(""), ".");
        assert_eq!(relative("a/b/c", "a/d"), "../b/c");
        assert_eq!(relative("a", "a"), ".");
    }
}
