//! Formatting of texts: `%`, `str.format` and f-strings.

use crate::value::{Eval, Heap, Number, Value, fault};

/// Wider than this is a mistake.
const WIDEST: usize = 10_000;

/// How one value is laid out: `[[fill]align][sign][0][width][.precision][type]`.
#[derive(Clone, Copy, Default)]
struct Layout {
    fill: Option<char>,
    align: Option<char>,
    has_plus: bool,
    is_alternate: bool,
    width: usize,
    precision: Option<usize>,
    kind: Option<char>,
}

/// A value with a format such as `>8` or `.2f`; an empty one is `str()`.
pub(crate) fn format_value<'a>(heap: &Heap<'a>, value: Value<'a>, spec: &str) -> Eval<String> {
    if spec.is_empty() {
        return value.display(heap);
    }
    lay_out(heap, value, parse_layout(spec)?)
}

fn parse_layout(spec: &str) -> Eval<Layout> {
    let mut layout = Layout::default();
    let mut rest: &[char] = &spec.chars().collect::<Vec<_>>();
    if let [fill, align @ ('<' | '>' | '^'), after @ ..] = rest {
        (layout.fill, layout.align, rest) = (Some(*fill), Some(*align), after);
    } else if let [align @ ('<' | '>' | '^'), after @ ..] = rest {
        (layout.align, rest) = (Some(*align), after);
    }
    if let [sign @ ('+' | '-' | ' '), after @ ..] = rest {
        (layout.has_plus, rest) = (*sign == '+', after);
    }
    if let ['#', after @ ..] = rest {
        (layout.is_alternate, rest) = (true, after);
    }
    if let ['0', after @ ..] = rest {
        layout.fill.get_or_insert('0');
        rest = after;
    }
    (layout.width, rest) = number(rest)?.unwrap_or((0, rest));
    if let ['.', after @ ..] = rest {
        let (precision, after) = number(after)?.ok_or_else(|| bad_format(spec))?;
        (layout.precision, rest) = (Some(precision), after);
    }
    if let [kind, after @ ..] = rest {
        (layout.kind, rest) = (Some(*kind), after);
    }
    if rest.is_empty() { Ok(layout) } else { Err(bad_format(spec)) }
}

fn bad_format(spec: &str) -> Box<crate::value::Fault> {
    fault(format!("`{spec}` is not a format"))
}

/// Digits at the start, with what follows them.
fn number(chars: &[char]) -> Eval<Option<(usize, &[char])>> {
    let length = chars.iter().take_while(|char| char.is_ascii_digit()).count();
    if length == 0 {
        return Ok(None);
    }
    let digits: String = chars[..length].iter().collect();
    match digits.parse() {
        Ok(number) if number <= WIDEST => Ok(Some((number, &chars[length..]))),
        _ => Err(fault(format!("{digits} is too wide for a format"))),
    }
}

fn lay_out<'a>(heap: &Heap<'a>, value: Value<'a>, layout: Layout) -> Eval<String> {
    let wrong = |takes: &str| fault(format!("this format takes {takes}, not {}", value.kind()));
    let integer = || match value.number() {
        Some(Number::Int(value)) => Ok(value),
        Some(Number::Float(value)) => Ok(value as i64),
        None => Err(wrong("a number")),
    };
    let prefixed =
        |prefix: &str, digits: String| if layout.is_alternate { format!("{prefix}{digits}") } else { digits };
    let mut text = match layout.kind {
        None | Some('s') => {
            let text = value.display(heap)?;
            match layout.precision {
                Some(precision) => text.chars().take(precision).collect(),
                None => text,
            }
        }
        Some('r') => value.repr(heap)?,
        Some('d' | 'i') => integer()?.to_string(),
        Some('x') => prefixed("0x", format!("{:x}", integer()?)),
        Some('X') => prefixed("0X", format!("{:X}", integer()?)),
        Some('o') => prefixed("0o", format!("{:o}", integer()?)),
        Some('b') => prefixed("0b", format!("{:b}", integer()?)),
        Some('f' | 'F') => {
            let number = value.number().ok_or_else(|| wrong("a number"))?.as_float();
            format!("{number:.*}", layout.precision.unwrap_or(6))
        }
        Some(kind) => return Err(fault(format!("the format `{kind}` is not supported"))),
    };
    let is_number = value.number().is_some();
    if layout.has_plus && is_number && !text.starts_with('-') {
        text.insert(0, '+');
    }
    let missing = layout.width.saturating_sub(text.chars().count());
    if missing == 0 {
        return Ok(text);
    }
    let fill = layout.fill.unwrap_or(' ');
    let pad = |count: usize| std::iter::repeat_n(fill, count).collect::<String>();
    Ok(match layout.align.unwrap_or(if is_number { '>' } else { '<' }) {
        '>' if fill == '0' && text.starts_with(['-', '+']) => format!("{}{}{}", &text[..1], pad(missing), &text[1..]),
        '>' => pad(missing) + &text,
        '^' => pad(missing / 2) + &text + &pad(missing - missing / 2),
        _ => text + &pad(missing),
    })
}

/// `format % value`.
pub(crate) fn percent<'a>(heap: &'a Heap<'a>, format: &str, value: Value<'a>) -> Eval<String> {
    let mut out = String::new();
    let single = [value];
    let values: &[Value<'a>] = match value {
        Value::Tuple(values) => values,
        _ => &single,
    };
    let mut next = values.iter();
    let mut takes_names = false;
    let mut chars = format.chars().peekable();
    while let Some(char) = chars.next() {
        if char != '%' {
            out.push(char);
            continue;
        }
        let named = if chars.next_if_eq(&'(').is_some() {
            let name: String = chars.by_ref().take_while(|char| *char != ')').collect();
            let Value::Dict(dict) = value else {
                return Err(fault(format!("`%({name})` takes a dict, not {}", value.kind())));
            };
            takes_names = true;
            let Value::Str(key) = heap.str(&name)? else { continue };
            let found = dict.borrow().get(crate::value::Key::Str(key));
            Some(found.ok_or_else(|| fault(format!("the dict has no key `{name}`")))?)
        } else {
            None
        };
        let mut layout = Layout { align: Some('>'), ..Layout::default() };
        while let Some(flag) = chars.next_if(|char| "-+ #0".contains(*char)) {
            match flag {
                '-' => layout.align = Some('<'),
                '+' => layout.has_plus = true,
                '#' => layout.is_alternate = true,
                '0' => layout.fill = Some('0'),
                _ => {}
            }
        }
        let rest: Vec<char> = chars.clone().take(24).collect();
        if let Some((width, after)) = number(&rest)? {
            layout.width = width;
            skip(&mut chars, rest.len() - after.len());
        }
        if chars.next_if_eq(&'.').is_some() {
            let rest: Vec<char> = chars.clone().take(24).collect();
            let (precision, after) = number(&rest)?.unwrap_or((0, &rest));
            layout.precision = Some(precision);
            skip(&mut chars, rest.len() - after.len());
        }
        match chars.next() {
            Some('%') if named.is_none() => out.push('%'),
            Some(kind @ ('s' | 'r' | 'd' | 'i' | 'u' | 'x' | 'X' | 'o' | 'f' | 'F')) => {
                let value = match named {
                    Some(value) => value,
                    None => *next.next().ok_or_else(|| fault("the format needs more values than there are"))?,
                };
                layout.kind = Some(if kind == 'u' { 'd' } else { kind });
                out.push_str(&lay_out(heap, value, layout)?);
            }
            Some(kind) => return Err(fault(format!("the format `%{kind}` is not supported"))),
            None => return Err(fault("the format ends with `%`")),
        }
        heap.charge(out.len() / 16)?;
    }
    if next.len() > 0 && !takes_names && !matches!(value, Value::Dict(_)) {
        return Err(fault("the format needs fewer values than there are"));
    }
    Ok(out)
}

fn skip(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, count: usize) {
    for _ in 0..count {
        chars.next();
    }
}

/// `format.format(..)`. `lookup` gives the value of a field, which is empty, a number or a name with `.x` and `[x]`.
pub(crate) fn format_fields<'a>(
    heap: &'a Heap<'a>,
    format: &str,
    lookup: &mut dyn FnMut(&str) -> Eval<Value<'a>>,
) -> Eval<String> {
    let mut out = String::new();
    let mut rest = format;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            out.push_str(brace);
            rest = after;
            continue;
        }
        if brace == "}" {
            return Err(fault("the format has a single `}`"));
        }
        let end = rest.find('}').ok_or_else(|| fault("the format has a single `{`"))?;
        let (field, spec) = rest[..end].split_once(':').unwrap_or((&rest[..end], ""));
        if spec.contains('{') {
            return Err(fault("a format inside a format is not supported"));
        }
        rest = &rest[end + 1..];
        let (name, conversion) = field.split_once('!').map_or((field, None), |(name, kind)| (name, Some(kind)));
        let mut value = lookup(name)?;
        match conversion {
            None => {}
            Some("s") => value = heap.str(&value.display(heap)?)?,
            Some("r") => value = heap.str(&value.repr(heap)?)?,
            Some(other) => return Err(fault(format!("the conversion `!{other}` is not supported"))),
        }
        out.push_str(&format_value(heap, value, spec)?);
        heap.charge(out.len() / 16)?;
    }
    out.push_str(rest);
    Ok(out)
}
