//! The functions that every BUILD file has: Python's, the glob family, and where the file stands.

use super::calls::{Args, text};
use super::{Evaluator, at};
use crate::globs::recursive;
use crate::value::{Dict, Eval, Heap, Number, Value, exception, fault};
use pants_model::Globs;
use std::cmp::Ordering;

/// All of them, sorted.
pub(super) const NAMES: [&str; 41] = [
    "abs",
    "all",
    "any",
    "basestring",
    "bool",
    "buildfile_path",
    "dict",
    "enumerate",
    "filter",
    "float",
    "frozenset",
    "get_buildroot",
    "getattr",
    "globs",
    "hasattr",
    "int",
    "isinstance",
    "len",
    "list",
    "map",
    "maven_layout",
    "max",
    "min",
    "open",
    "pants_version",
    "print",
    "range",
    "repr",
    "reversed",
    "rglobs",
    "round",
    "set",
    "sorted",
    "source_root",
    "str",
    "sum",
    "tuple",
    "unicode",
    "xrange",
    "zglobs",
    "zip",
];

/// What Python has besides, for a clear message.
pub(super) const PYTHON_ONLY: [&str; 31] = [
    "__import__",
    "bytearray",
    "bytes",
    "callable",
    "chr",
    "classmethod",
    "compile",
    "complex",
    "delattr",
    "dir",
    "divmod",
    "eval",
    "exec",
    "execfile",
    "globals",
    "hash",
    "hex",
    "id",
    "input",
    "issubclass",
    "iter",
    "locals",
    "memoryview",
    "next",
    "oct",
    "ord",
    "property",
    "raw_input",
    "setattr",
    "type",
    "vars",
];

/// The function with this name.
pub(super) fn find(name: &str) -> Option<&'static str> {
    NAMES.binary_search(&name).ok().map(|at| NAMES[at])
}

impl<'a> Evaluator<'a, '_, '_, '_> {
    pub(super) fn builtin(&mut self, name: &'static str, args: Args<'a>) -> Eval<Value<'a>> {
        match name {
            "globs" | "rglobs" | "zglobs" => self.make_globs(name, args),
            "set" | "frozenset" | "list" | "tuple" => {
                let items = match *args.between(0, 1)? {
                    [] => Vec::new(),
                    [items, ..] => self.items(items)?,
                };
                match name {
                    "list" => self.heap.list(items),
                    "tuple" => self.heap.tuple(items),
                    _ => self.heap.set(items),
                }
            }
            "dict" => self.make_dict(args),
            "len" => self.length(args.one()?),
            "str" | "unicode" | "repr" => {
                let value = args.between(0, 1)?.first().copied().unwrap_or(Value::Str(""));
                let text = if name == "repr" { value.repr(self.heap)? } else { value.display(self.heap)? };
                self.heap.str(&text)
            }
            "bool" => Ok(Value::Bool(args.between(0, 1)?.first().is_some_and(|value| value.is_true()))),
            "int" => to_int(args.one()?),
            "float" => to_float(args.one()?),
            "abs" => match args.one()?.number() {
                Some(Number::Int(value)) => {
                    value.checked_abs().map(Value::Int).ok_or_else(|| fault("the number is too large"))
                }
                Some(Number::Float(value)) => Ok(Value::Float(value.abs())),
                None => Err(fault("`abs` takes a number")),
            },
            "round" => match args.one()?.number() {
                Some(number) => Ok(Value::Int(number.as_float().round_ties_even() as i64)),
                None => Err(fault("`round` takes a number")),
            },
            "all" | "any" => {
                let items = self.items(args.one()?)?;
                Ok(Value::Bool(match name {
                    "all" => items.iter().all(|item| item.is_true()),
                    _ => items.iter().any(|item| item.is_true()),
                }))
            }
            "sorted" => {
                let items = args.positional.first().copied().ok_or_else(|| fault("`sorted` takes what to sort"))?;
                let items = self.items(items)?;
                let sorted = self.sort(items, args)?;
                self.heap.list(sorted)
            }
            "reversed" => {
                let mut items = self.items(args.one()?)?;
                items.reverse();
                self.heap.list(items)
            }
            "min" | "max" => self.extreme(name, &args),
            "sum" => self.sum(&args),
            "range" | "xrange" => self.range(&args),
            "enumerate" => self.enumerate(args),
            "zip" => self.zip(&args),
            "map" | "filter" => self.map_or_filter(name, &args),
            "isinstance" => {
                let [value, kind] = *args.between(2, 2)? else { return Ok(Value::Bool(false)) };
                Ok(Value::Bool(is_instance(value, kind)))
            }
            "getattr" | "hasattr" => self.optional_attribute(name, &args),
            "open" => {
                let path = args.positional.first().copied().ok_or_else(|| fault("`open` takes a path"))?;
                self.open(text(path)?, &args)
            }
            "print" => Ok(Value::None),
            "source_root" => self.source_root(&args),
            "source_root.here" => self.source_root_here(&args),
            "maven_layout" => self.maven_layout(args),
            "get_buildroot" => {
                args.between(0, 0)?;
                self.heap.str(&self.setting.build_root.to_string_lossy())
            }
            "buildfile_path" => {
                args.between(0, 0)?;
                self.heap.str(self.setting.path)
            }
            "pants_version" => {
                args.between(0, 0)?;
                self.heap.str(self.setting.pants_version)
            }
            // `basestring` is a name for `isinstance` only.
            _ => Err(fault(format!("`{name}` cannot be called"))),
        }
    }

    fn make_globs(&mut self, name: &'static str, mut args: Args<'a>) -> Eval<Value<'a>> {
        let exclude = args.take("exclude");
        args.take("follow_links");
        args.between(0, usize::MAX)?;
        let mut set = Globs::default();
        for (index, pattern) in args.positional.iter().enumerate() {
            let place = args.exprs.get(index).map_or(args.span, |expr| expr.span);
            // Some files pass one list of patterns.
            let patterns = match pattern {
                Value::Str(_) => vec![*pattern],
                other => self.items(*other).map_err(|fault| at(fault, place))?,
            };
            for pattern in patterns {
                let pattern = text(pattern).map_err(|fault| at(fault, place))?;
                set.include.push(if name == "rglobs" { recursive(pattern) } else { pattern.to_owned() });
            }
        }
        let mut sets = vec![set];
        if let Some(exclude) = exclude.filter(|exclude| !matches!(exclude, Value::None)) {
            let mut what = self.sets(exclude)?;
            if name == "rglobs" {
                // Plain patterns of `exclude` mean what they would as patterns of `rglobs`.
                let is_plain = !matches!(exclude, Value::Globs(_)) && !self.holds_globs(exclude)?;
                if is_plain {
                    for pattern in what.iter_mut().flat_map(|set| &mut set.include) {
                        *pattern = recursive(pattern);
                    }
                }
            }
            sets = self.subtract(sets, what)?;
        }
        self.heap.globs(sets)
    }

    fn holds_globs(&mut self, value: Value<'a>) -> Eval<bool> {
        match value {
            Value::List(_) | Value::Tuple(_) | Value::Set(_) => {
                Ok(self.items(value)?.iter().any(|item| matches!(item, Value::Globs(_))))
            }
            _ => Ok(false),
        }
    }

    fn make_dict(&mut self, args: Args<'a>) -> Eval<Value<'a>> {
        let mut dict = Dict::default();
        match args.positional[..] {
            [] => {}
            [Value::Dict(other)] => dict = other.borrow().clone(),
            [pairs] => {
                for pair in self.items(pairs)? {
                    let pair = self.items(pair)?;
                    let [name, value] = pair[..] else { return Err(fault("`dict` takes pairs")) };
                    dict.insert(self.heap.key(name)?, name, value);
                }
            }
            _ => return Err(fault("`dict` takes one argument at the most")),
        }
        for keyword in args.keywords {
            let name = Value::Str(keyword.name);
            dict.insert(self.heap.key(name)?, name, keyword.value);
        }
        self.heap.dict(dict)
    }

    fn length(&mut self, value: Value<'a>) -> Eval<Value<'a>> {
        let length = match value {
            Value::Str(text) => {
                self.count(text.len() / 16)?;
                text.chars().count()
            }
            Value::Bytes(bytes) => bytes.len(),
            Value::Dict(dict) | Value::Set(dict) => dict.borrow().len(),
            Value::List(items) => items.borrow().len(),
            Value::Tuple(items) => items.len(),
            Value::Globs(sets) => self.glob_items(sets)?.len(),
            other => return Err(fault(format!("{} has no length", other.kind()))),
        };
        Ok(Value::Int(length as i64))
    }

    /// `sorted(items, key = .., reverse = ..)` and `list.sort`.
    pub(super) fn sort(&mut self, items: Vec<Value<'a>>, mut args: Args<'a>) -> Eval<Vec<Value<'a>>> {
        let key = args.take("key").filter(|key| !matches!(key, Value::None));
        let is_reversed = args.take("reverse").is_some_and(Value::is_true);
        args.between(0, 1)?;
        let mut pairs = Vec::with_capacity(items.len());
        for item in items {
            let by = match key {
                Some(key) => self.call(key, Args::positional(vec![item], args.span))?,
                None => item,
            };
            pairs.push((by, item));
        }
        // Each value is looked at about as often as the number of values has bits.
        self.count(pairs.len() * (usize::BITS - pairs.len().leading_zeros()) as usize)?;
        if is_reversed {
            // Equal items keep their order in Python, in both directions.
            pairs.reverse();
        }
        let mut sorted = merge_sort(pairs, self.heap)?;
        if is_reversed {
            sorted.reverse();
        }
        Ok(sorted.into_iter().map(|(_, item)| item).collect())
    }

    fn extreme(&mut self, name: &str, args: &Args<'a>) -> Eval<Value<'a>> {
        let items = match *args.between(1, usize::MAX)? {
            [items] => self.items(items)?,
            ref items => items.to_vec(),
        };
        let wanted = if name == "min" { Ordering::Less } else { Ordering::Greater };
        let (first, rest) = items.split_first().ok_or_else(|| fault(format!("`{name}` of nothing")))?;
        let mut best = *first;
        for item in rest {
            if item.compare(best, self.heap)? == wanted {
                best = *item;
            }
        }
        Ok(best)
    }

    fn sum(&mut self, args: &Args<'a>) -> Eval<Value<'a>> {
        let args = args.between(1, 2)?;
        let mut total = args.get(1).copied().unwrap_or(Value::Int(0));
        for item in self.items(args[0])? {
            total = self.binary(crate::syntax::BinaryOp::Add, total, item)?;
        }
        Ok(total)
    }

    fn range(&mut self, args: &Args<'a>) -> Eval<Value<'a>> {
        let mut numbers = Vec::with_capacity(3);
        for value in args.between(1, 3)? {
            match value {
                Value::Int(number) => numbers.push(*number),
                other => return Err(fault(format!("`range` takes numbers, not {}", other.kind()))),
            }
        }
        let (start, end, step) = match numbers[..] {
            [end] => (0, end, 1),
            [start, end] => (start, end, 1),
            [start, end, step, ..] => (start, end, step),
            [] => return Err(fault("`range` takes numbers")),
        };
        if step == 0 {
            return Err(fault("the step of a range is not 0"));
        }
        let span = if step > 0 { i128::from(end) - i128::from(start) } else { i128::from(start) - i128::from(end) };
        let step_size = i128::from(step).abs();
        let length = usize::try_from((span + step_size - 1) / step_size).unwrap_or(0);
        self.count(length)?;
        self.heap.charge_values(length)?;
        self.heap.list(
            (0..length as i128).map(|at| Value::Int((i128::from(start) + at * i128::from(step)) as i64)).collect(),
        )
    }

    fn enumerate(&mut self, mut args: Args<'a>) -> Eval<Value<'a>> {
        let keyword = args.take("start");
        let args = args.between(1, 2)?;
        let start = match args.get(1).copied().or(keyword) {
            None => 0,
            Some(Value::Int(start)) => start,
            Some(other) => return Err(fault(format!("`enumerate` starts at a number, not {}", other.kind()))),
        };
        let mut pairs = Vec::new();
        for (at, item) in self.items(args[0])?.into_iter().enumerate() {
            pairs.push(self.heap.tuple(vec![Value::Int(start.saturating_add(at as i64)), item])?);
        }
        self.heap.list(pairs)
    }

    fn zip(&mut self, args: &Args<'a>) -> Eval<Value<'a>> {
        let columns =
            args.between(0, usize::MAX)?.iter().map(|column| self.items(*column)).collect::<Eval<Vec<_>>>()?;
        let length = columns.iter().map(Vec::len).min().unwrap_or(0);
        self.count(length * columns.len())?;
        let row = |at: usize| self.heap.tuple(columns.iter().map(|column| column[at]).collect());
        let rows = (0..length).map(row).collect::<Eval<_>>()?;
        self.heap.list(rows)
    }

    fn map_or_filter(&mut self, name: &str, args: &Args<'a>) -> Eval<Value<'a>> {
        let [function, items] = *args.between(2, 2)? else { return Ok(Value::None) };
        let mut out = Vec::new();
        for item in self.items(items)? {
            let is_identity = name == "filter" && matches!(function, Value::None);
            let result = match is_identity {
                true => item,
                false => self.call(function, Args::positional(vec![item], args.span))?,
            };
            match name {
                "map" => out.push(result),
                _ if result.is_true() => out.push(item),
                _ => {}
            }
        }
        self.heap.list(out)
    }

    fn optional_attribute(&mut self, name: &str, args: &Args<'a>) -> Eval<Value<'a>> {
        let args = args.between(2, 3)?;
        let attribute = text(args[1])?;
        match (name, self.attribute(args[0], attribute)) {
            ("hasattr", found) => Ok(Value::Bool(found.is_ok())),
            (_, Ok(value)) => Ok(value),
            (_, Err(fault)) => args.get(2).copied().ok_or(fault),
        }
    }

    pub(super) fn open(&mut self, path: &str, args: &Args<'a>) -> Eval<Value<'a>> {
        if let Some(Value::Str(mode)) = args.positional.get(1)
            && mode.contains(['w', 'a', '+', 'x'])
        {
            return Err(fault("a BUILD file cannot write files"));
        }
        let content = self.declarations.reads.file(path).map_err(|error| exception("IOError", error.to_string()))?;
        Ok(Value::File(self.heap.text(&content)?))
    }
}

/// A stable sort whose comparison may fail; the standard one may not be given an inconsistent order.
fn merge_sort<'a>(mut items: Vec<(Value<'a>, Value<'a>)>, heap: &Heap<'a>) -> Eval<Vec<(Value<'a>, Value<'a>)>> {
    if items.len() < 2 {
        return Ok(items);
    }
    let right = merge_sort(items.split_off(items.len() / 2), heap)?;
    let left = merge_sort(items, heap)?;
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some((a, _)), Some((b, _))) = (left.peek(), right.peek()) {
        let from_right = b.compare(*a, heap)?.is_lt();
        merged.extend(if from_right { right.next() } else { left.next() });
    }
    merged.extend(left);
    merged.extend(right);
    Ok(merged)
}

fn to_int(value: Value<'_>) -> Eval<Value<'_>> {
    match (value, value.number()) {
        (_, Some(Number::Int(value))) => Ok(Value::Int(value)),
        (_, Some(Number::Float(value))) => Ok(Value::Int(value as i64)),
        (Value::Str(text), None) => match text.trim().parse() {
            Ok(value) => Ok(Value::Int(value)),
            Err(_) => Err(fault(format!("`{text}` is no whole number"))),
        },
        (other, None) => Err(fault(format!("{} is no number", other.kind()))),
    }
}

fn to_float(value: Value<'_>) -> Eval<Value<'_>> {
    match (value, value.number()) {
        (_, Some(number)) => Ok(Value::Float(number.as_float())),
        (Value::Str(text), None) => match text.trim().parse() {
            Ok(value) => Ok(Value::Float(value)),
            Err(_) => Err(fault(format!("`{text}` is no number"))),
        },
        (other, None) => Err(fault(format!("{} is no number", other.kind()))),
    }
}

fn is_instance(value: Value<'_>, kind: Value<'_>) -> bool {
    match kind {
        Value::Tuple(kinds) => kinds.iter().any(|kind| matches!(kind, Value::Builtin(_)) && is_instance(value, *kind)),
        Value::Builtin(name) => match name {
            "str" | "unicode" | "basestring" => matches!(value, Value::Str(_)),
            "int" => matches!(value, Value::Int(_) | Value::Bool(_)),
            "bool" => matches!(value, Value::Bool(_)),
            "float" => matches!(value, Value::Float(_)),
            "list" => matches!(value, Value::List(_)),
            "tuple" => matches!(value, Value::Tuple(_)),
            "dict" => matches!(value, Value::Dict(_)),
            "set" | "frozenset" => matches!(value, Value::Set(_)),
            _ => false,
        },
        Value::Symbol(symbol) => matches!(value, Value::Object(object) if object.symbol == symbol),
        _ => false,
    }
}
