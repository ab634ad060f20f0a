//! Methods of texts, lists, dicts, sets, objects and files.

use super::Evaluator;
use super::calls::{Args, text};
use crate::syntax::BinaryOp;
use crate::text_format::format_fields;
use crate::value::{Dict, Eval, Value, fault};
use std::cell::RefCell;

impl<'a> Evaluator<'a, '_, '_, '_> {
    pub(super) fn method(&mut self, value: Value<'a>, name: &'a str, args: Args<'a>) -> Eval<Value<'a>> {
        match value {
            Value::Str(own) => self.text_method(own, name, args),
            Value::List(items) => self.list_method(items, name, args),
            Value::Tuple(items) => self.tuple_method(items, name, &args),
            Value::Dict(dict) => self.dict_method(dict, name, args),
            Value::Set(set) => self.set_method(set, name, &args),
            Value::File(content) => self.file_method(content, name, &args),
            Value::Bytes(bytes) if name == "decode" => match std::str::from_utf8(bytes) {
                Ok(text) => Ok(Value::Str(text)),
                Err(_) => Err(fault("these bytes are not UTF-8 text")),
            },
            Value::Environ if name == "get" => {
                let args = args.between(1, 2)?;
                match self.declarations.reads.variable(text(args[0])?) {
                    Some(value) => self.heap.str(&value),
                    None => Ok(args.get(1).copied().unwrap_or(Value::None)),
                }
            }
            Value::Module(module) => self.call_module(module, name, args),
            Value::Object(object) => self.object_method(object, name, args),
            Value::Poison => Ok(Value::Poison),
            other => Err(no_method(other, name)),
        }
    }

    fn text_method(&mut self, own: &'a str, name: &str, mut args: Args<'a>) -> Eval<Value<'a>> {
        self.count(own.len() / 16)?;
        let heap = self.heap;
        match name {
            "format" => return self.format(own, &args),
            "join" => return self.join(own, args.one()?),
            "split" | "rsplit" => return self.split(own, name, &mut args),
            "splitlines" => return heap.list(own.lines().map(Value::Str).collect()),
            "lower" => return heap.str(&own.to_lowercase()),
            "upper" => return heap.str(&own.to_uppercase()),
            "capitalize" | "title" => return heap.str(&capitalize(own, name)),
            "encode" | "decode" => return Ok(Value::Str(own)),
            _ => {}
        }
        let args = args.between(0, 3)?;
        let one = || match args {
            [only] => text(*only),
            _ => Err(fault(format!("`{name}` takes one string"))),
        };
        match name {
            "strip" | "lstrip" | "rstrip" => {
                let chars = match args {
                    [] | [Value::None] => None,
                    _ => Some(one()?),
                };
                let is_cut = |char: char| chars.map_or(char.is_whitespace(), |chars| chars.contains(char));
                Ok(Value::Str(match name {
                    "strip" => own.trim_matches(is_cut),
                    "lstrip" => own.trim_start_matches(is_cut),
                    _ => own.trim_end_matches(is_cut),
                }))
            }
            "startswith" | "endswith" => {
                let affixes = match args {
                    [Value::Tuple(affixes)] => affixes.iter().map(|affix| text(*affix)).collect::<Eval<Vec<_>>>()?,
                    _ => vec![one()?],
                };
                self.count(affixes.len())?;
                let has =
                    |affix: &&str| if name == "startswith" { own.starts_with(*affix) } else { own.ends_with(*affix) };
                Ok(Value::Bool(affixes.iter().any(has)))
            }
            "replace" => {
                let (from, to) = match args {
                    [from, to] | [from, to, _] => (text(*from)?, text(*to)?),
                    _ => return Err(fault("`replace` takes two strings")),
                };
                let most = match args.get(2) {
                    Some(Value::Int(count)) => usize::try_from(*count).unwrap_or(usize::MAX),
                    _ => usize::MAX,
                };
                let found = if from.is_empty() { own.chars().count() + 1 } else { own.matches(from).count() }.min(most);
                heap.charge(found.saturating_mul(to.len()).saturating_add(own.len()))?;
                heap.str(&own.replacen(from, to, most))
            }
            "find" | "rfind" | "index" | "rindex" => {
                let part = one()?;
                let found = if name.starts_with('r') { own.rfind(part) } else { own.find(part) };
                match found {
                    Some(at) => Ok(Value::Int(own[..at].chars().count() as i64)),
                    None if name.ends_with("find") => Ok(Value::Int(-1)),
                    None => Err(fault(format!("there is no `{part}` in it"))),
                }
            }
            "count" => {
                let part = one()?;
                let count = if part.is_empty() { own.chars().count() + 1 } else { own.matches(part).count() };
                Ok(Value::Int(count as i64))
            }
            "partition" | "rpartition" => {
                let separator = one()?;
                let parts = if name == "partition" { own.split_once(separator) } else { own.rsplit_once(separator) };
                let [before, middle, after] = match parts {
                    Some((before, after)) => [before, separator, after],
                    None if name == "partition" => [own, "", ""],
                    None => ["", "", own],
                };
                heap.tuple(vec![Value::Str(before), Value::Str(middle), Value::Str(after)])
            }
            "isdigit" => Ok(Value::Bool(is_all(own, |char| char.is_ascii_digit()))),
            "isalpha" => Ok(Value::Bool(is_all(own, char::is_alphabetic))),
            "isalnum" => Ok(Value::Bool(is_all(own, char::is_alphanumeric))),
            "isspace" => Ok(Value::Bool(is_all(own, char::is_whitespace))),
            "islower" => Ok(Value::Bool(own.to_lowercase() == own && own.to_uppercase() != own)),
            "isupper" => Ok(Value::Bool(own.to_uppercase() == own && own.to_lowercase() != own)),
            "ljust" | "rjust" | "zfill" => {
                let Some(Value::Int(width)) = args.first() else {
                    return Err(fault(format!("`{name}` takes a width")));
                };
                let fill = match args.get(1) {
                    Some(fill) => text(*fill)?,
                    None if name == "zfill" => "0",
                    None => " ",
                };
                let missing = usize::try_from(*width).unwrap_or(0).saturating_sub(own.chars().count());
                heap.charge(missing.saturating_mul(fill.len()))?;
                let padding = fill.repeat(missing);
                heap.str(&if name == "ljust" { [own, &padding].concat() } else { [&padding, own].concat() })
            }
            _ => Err(no_method(Value::Str(own), name)),
        }
    }

    fn format(&mut self, format: &'a str, args: &Args<'a>) -> Eval<Value<'a>> {
        let mut next = 0;
        let heap = self.heap;
        let mut lookup = |field: &str| -> Eval<Value<'a>> {
            let end = field.find(['.', '[']).unwrap_or(field.len());
            let (name, path) = field.split_at(end);
            let position = if name.is_empty() {
                next += 1;
                Some(next - 1)
            } else {
                name.parse::<usize>().ok()
            };
            let value = match position {
                Some(at) => args.positional.get(at).copied(),
                None => args.keywords.iter().find(|keyword| keyword.name == name).map(|keyword| keyword.value),
            };
            let value = value
                .ok_or_else(|| fault(format!("the format has a field `{field}`, and there is no value for it")))?;
            match path.strip_prefix('[').and_then(|path| path.strip_suffix(']')) {
                Some(index) => {
                    let index = match index.parse() {
                        Ok(number) => Value::Int(number),
                        Err(_) => heap.str(index)?,
                    };
                    self.item(value, index)
                }
                None if path.is_empty() => Ok(value),
                None => self.attribute(value, heap.text(&path[1..])?),
            }
        };
        let text = format_fields(heap, format, &mut lookup)?;
        heap.str(&text)
    }

    fn join(&mut self, separator: &str, items: Value<'a>) -> Eval<Value<'a>> {
        let items = self.items(items)?;
        let parts = items.iter().map(|item| text(*item)).collect::<Eval<Vec<_>>>()?;
        let length = parts.iter().map(|part| part.len()).sum::<usize>() + separator.len() * parts.len();
        self.heap.charge(length)?;
        self.heap.str(&parts.join(separator))
    }

    fn split(&mut self, own: &'a str, name: &str, args: &mut Args<'a>) -> Eval<Value<'a>> {
        let keyword = args.take("maxsplit");
        let args = args.between(0, 2)?;
        let most = match args.get(1).copied().or(keyword) {
            Some(Value::Int(count)) => usize::try_from(count).ok(),
            _ => None,
        };
        let parts: Vec<&'a str> = match args.first().copied().unwrap_or(Value::None) {
            Value::None => match most {
                None => own.split_whitespace().collect(),
                Some(most) => split_whitespace(own, most),
            },
            separator => {
                let separator = text(separator)?;
                if separator.is_empty() {
                    return Err(fault("the separator is empty"));
                }
                match most {
                    None => own.split(separator).collect(),
                    Some(most) if name == "rsplit" => {
                        let mut parts: Vec<&str> = own.rsplitn(most.saturating_add(1), separator).collect();
                        parts.reverse();
                        parts
                    }
                    Some(most) => own.splitn(most.saturating_add(1), separator).collect(),
                }
            }
        };
        self.count(parts.len())?;
        self.heap.list(parts.into_iter().map(Value::Str).collect())
    }

    fn list_method(&mut self, items: &'a RefCell<Vec<Value<'a>>>, name: &str, args: Args<'a>) -> Eval<Value<'a>> {
        match name {
            "sort" => {
                // The key function may look at the list, or change it.
                let old = items.borrow().clone();
                let sorted = self.sort(old, args)?;
                *items.borrow_mut() = sorted;
            }
            "append" => {
                let item = args.one()?;
                self.heap.charge_values(1)?;
                items.borrow_mut().push(item);
            }
            "extend" => {
                let more = self.items(args.one()?)?;
                self.heap.charge_values(more.len())?;
                items.borrow_mut().extend(more);
            }
            "insert" => {
                let [Value::Int(index), item] = *args.between(2, 2)? else {
                    return Err(fault("`insert` takes an index and a value"));
                };
                self.heap.charge_values(1)?;
                let mut items = items.borrow_mut();
                self.count(items.len())?;
                let length = items.len() as i64;
                let at = if index < 0 { index.saturating_add(length).max(0) } else { index.min(length) };
                items.insert(at as usize, item);
            }
            "pop" => {
                let index = match args.between(0, 1)? {
                    [Value::Int(index)] => *index,
                    [] => -1,
                    _ => return Err(fault("`pop` takes an index")),
                };
                let mut items = items.borrow_mut();
                self.count(if index == -1 { 1 } else { items.len() })?;
                let at = if index < 0 { index.saturating_add(items.len() as i64) } else { index };
                let at = usize::try_from(at).ok().filter(|at| *at < items.len());
                return at.map(|at| items.remove(at)).ok_or_else(|| fault("the index is out of range"));
            }
            "remove" => {
                let Some(at) = self.position(&items.borrow(), args.one()?)? else {
                    return Err(fault("the list has no such item"));
                };
                items.borrow_mut().remove(at);
            }
            "reverse" => items.borrow_mut().reverse(),
            "clear" => items.borrow_mut().clear(),
            "copy" => return self.heap.list(items.borrow().clone()),
            "index" | "count" => return self.tuple_method(&items.borrow(), name, &args),
            _ => return Err(no_method(Value::List(items), name)),
        }
        Ok(Value::None)
    }

    fn tuple_method(&mut self, items: &[Value<'a>], name: &str, args: &Args<'a>) -> Eval<Value<'a>> {
        match name {
            "index" => match self.position(items, args.one()?)? {
                Some(at) => Ok(Value::Int(at as i64)),
                None => Err(fault("there is no such item")),
            },
            "count" => {
                let wanted = args.one()?;
                self.count(items.len())?;
                let mut count = 0;
                for item in items {
                    count += i64::from(item.equals(wanted, self.heap)?);
                }
                Ok(Value::Int(count))
            }
            _ => Err(fault(format!("a tuple has no method `{name}`"))),
        }
    }

    fn position(&mut self, items: &[Value<'a>], wanted: Value<'a>) -> Eval<Option<usize>> {
        self.count(items.len())?;
        for (at, item) in items.iter().enumerate() {
            if item.equals(wanted, self.heap)? {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    fn dict_method(&mut self, dict: &'a RefCell<Dict<'a>>, name: &str, args: Args<'a>) -> Eval<Value<'a>> {
        let heap = self.heap;
        self.count(dict.borrow().len() / 8)?;
        match name {
            "get" | "pop" | "setdefault" | "has_key" => {
                let args = args.between(1, 2)?;
                let (key, default) = (heap.key(args[0])?, args.get(1).copied());
                let found = dict.borrow().get(key);
                match (name, found) {
                    ("has_key", found) => Ok(Value::Bool(found.is_some())),
                    ("pop", Some(value)) => {
                        self.count(dict.borrow().len())?;
                        dict.borrow_mut().remove(key);
                        Ok(value)
                    }
                    ("pop", None) => default.ok_or_else(|| fault("the dict has no such key")),
                    (_, Some(value)) => Ok(value),
                    ("setdefault", None) => {
                        let value = default.unwrap_or(Value::None);
                        heap.charge_values(4)?;
                        dict.borrow_mut().insert(key, args[0], value);
                        Ok(value)
                    }
                    (_, None) => Ok(default.unwrap_or(Value::None)),
                }
            }
            "keys" | "iterkeys" => heap.list(dict.borrow().keys().collect()),
            "values" | "itervalues" => heap.list(dict.borrow().items().map(|(_, value)| value).collect()),
            "items" | "iteritems" => {
                let pairs =
                    dict.borrow().items().map(|(name, value)| heap.tuple(vec![name, value])).collect::<Eval<_>>()?;
                heap.list(pairs)
            }
            "copy" => heap.dict(dict.borrow().clone()),
            "clear" => {
                *dict.borrow_mut() = Dict::default();
                Ok(Value::None)
            }
            "update" => {
                let Value::Dict(more) = self.builtin("dict", args)? else { return Ok(Value::None) };
                let more = more.borrow().clone();
                for (name, value) in more.items() {
                    dict.borrow_mut().insert(heap.key(name)?, name, value);
                }
                Ok(Value::None)
            }
            _ => Err(no_method(Value::Dict(dict), name)),
        }
    }

    fn set_method(&mut self, set: &'a RefCell<Dict<'a>>, name: &str, args: &Args<'a>) -> Eval<Value<'a>> {
        let heap = self.heap;
        let operation = match name {
            "union" => Some(BinaryOp::BitOr),
            "difference" => Some(BinaryOp::Sub),
            "intersection" => Some(BinaryOp::BitAnd),
            "symmetric_difference" => Some(BinaryOp::BitXor),
            _ => None,
        };
        if let Some(operation) = operation {
            let mut result = set.borrow().clone();
            for other in args.between(0, usize::MAX)? {
                let items = self.items(*other)?;
                let Value::Set(other) = heap.set(items)? else { continue };
                let Value::Set(next) = self.set_operation(operation, &result, &other.borrow())? else { continue };
                result = next.borrow().clone();
            }
            return heap.set(result.keys());
        }
        match name {
            "copy" => return heap.set(set.borrow().keys()),
            "add" => {
                let item = args.one()?;
                heap.charge_values(4)?;
                set.borrow_mut().insert(heap.key(item)?, item, Value::None);
            }
            "update" => {
                for more in args.between(0, usize::MAX)? {
                    for item in self.items(*more)? {
                        heap.charge_values(4)?;
                        set.borrow_mut().insert(heap.key(item)?, item, Value::None);
                    }
                }
            }
            "discard" | "remove" => {
                self.count(set.borrow().len())?;
                let removed = set.borrow_mut().remove(heap.key(args.one()?)?);
                if removed.is_none() && name == "remove" {
                    return Err(fault("the set has no such item"));
                }
            }
            "issubset" | "issuperset" => {
                let items = self.items(args.one()?)?;
                let Value::Set(other) = heap.set(items)? else { return Ok(Value::None) };
                let (own, other) = (set.borrow(), other.borrow());
                let (small, large) = if name == "issubset" { (own, other) } else { (other, own) };
                for item in small.keys() {
                    if large.get(heap.key(item)?).is_none() {
                        return Ok(Value::Bool(false));
                    }
                }
                return Ok(Value::Bool(true));
            }
            _ => return Err(no_method(Value::Set(set), name)),
        }
        Ok(Value::None)
    }

    fn file_method(&mut self, content: &'a str, name: &str, args: &Args<'a>) -> Eval<Value<'a>> {
        args.between(0, 1)?;
        match name {
            "read" => Ok(Value::Str(content)),
            "readlines" => {
                let lines = self.items(Value::File(content))?;
                self.heap.list(lines)
            }
            "readline" => Ok(Value::Str(content.split_inclusive('\n').next().unwrap_or_default())),
            "close" => Ok(Value::None),
            _ => Err(no_method(Value::File(content), name)),
        }
    }
}

fn no_method(value: Value<'_>, name: &str) -> Box<crate::value::Fault> {
    fault(format!("{} has no method `{name}`", value.kind()))
}

fn is_all(text: &str, is_it: impl Fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(is_it)
}

fn capitalize(text: &str, name: &str) -> String {
    let mut is_start = true;
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if is_start {
            out.extend(char.to_uppercase());
        } else {
            out.extend(char.to_lowercase());
        }
        is_start = name == "title" && !char.is_alphanumeric();
    }
    out
}

/// The first words, and the rest as it is.
fn split_whitespace(text: &str, most: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim_start();
    while parts.len() < most {
        let Some((word, after)) = rest.split_once(char::is_whitespace) else { break };
        parts.push(word);
        rest = after.trim_start();
    }
    if !rest.is_empty() {
        parts.push(rest);
    }
    parts
}
