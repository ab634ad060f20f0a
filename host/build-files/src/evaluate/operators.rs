//! Operators on values: arithmetic, sets, comparison, and the arithmetic of globs.

use super::Evaluator;
use crate::syntax::{BinaryOp, CompareOp};
use crate::value::{Dict, Eval, Number, Value, exception, fault, poisoned};
use pants_model::Globs;

impl<'a> Evaluator<'a, '_, '_, '_> {
    pub(super) fn binary(&mut self, op: BinaryOp, left: Value<'a>, right: Value<'a>) -> Eval<Value<'a>> {
        match (op, left, right) {
            (_, Value::Poison, _) | (_, _, Value::Poison) => Ok(Value::Poison),
            (_, Value::Opaque(_), _) | (_, _, Value::Opaque(_)) => {
                let text = format!("{} {} {}", left.repr(self.heap)?, op.symbol(), right.repr(self.heap)?);
                self.heap.opaque(&text, None)
            }
            (BinaryOp::Mod, Value::Str(format), right) => {
                let text = crate::text_format::percent(self.heap, format, right)?;
                self.heap.str(&text)
            }
            (BinaryOp::Add | BinaryOp::Sub | BinaryOp::BitOr, Value::Globs(_), _)
            | (BinaryOp::Add | BinaryOp::Sub | BinaryOp::BitOr, _, Value::Globs(_)) => {
                self.glob_arithmetic(op, left, right)
            }
            (BinaryOp::Add, Value::Str(a), Value::Str(b)) => {
                self.heap.charge(a.len() + b.len())?;
                self.heap.str(&[a, b].concat())
            }
            (BinaryOp::Add, Value::List(a), Value::List(b)) => {
                self.count(a.borrow().len() + b.borrow().len())?;
                self.heap.list([&a.borrow()[..], &b.borrow()[..]].concat())
            }
            (BinaryOp::Add, Value::Tuple(a), Value::Tuple(b)) => {
                self.count(a.len() + b.len())?;
                self.heap.tuple([a, b].concat())
            }
            (BinaryOp::Mul, Value::Str(text), Value::Int(times))
            | (BinaryOp::Mul, Value::Int(times), Value::Str(text)) => {
                let times = usize::try_from(times).unwrap_or(0);
                self.heap.charge(text.len().saturating_mul(times))?;
                self.heap.str(&text.repeat(times))
            }
            (BinaryOp::Mul, Value::Tuple(items), Value::Int(times))
            | (BinaryOp::Mul, Value::Int(times), Value::Tuple(items)) => {
                let times = usize::try_from(times).unwrap_or(0);
                self.heap.charge_values(items.len().saturating_mul(times))?;
                self.heap.tuple(items.repeat(times))
            }
            (BinaryOp::Mul, Value::List(items), Value::Int(times))
            | (BinaryOp::Mul, Value::Int(times), Value::List(items)) => {
                let times = usize::try_from(times).unwrap_or(0);
                let items = items.borrow();
                self.heap.charge_values(items.len().saturating_mul(times))?;
                self.heap.list(items.repeat(times))
            }
            (_, Value::Set(a), Value::Set(b)) => {
                let (a, b) = (a.borrow(), b.borrow());
                self.set_operation(op, &a, &b)
            }
            _ => match (left.number(), right.number()) {
                (Some(a), Some(b)) => arithmetic(op, a, b),
                _ => {
                    let mut problem =
                        fault(format!("`{}` does not apply to {} and {}", op.symbol(), left.kind(), right.kind()));
                    if op == BinaryOp::Add && matches!((left, right), (Value::Str(_), _) | (_, Value::Str(_))) {
                        problem = problem.hint("`str(..)` makes a string of a value");
                    }
                    Err(problem)
                }
            },
        }
    }

    pub(super) fn set_operation(&mut self, op: BinaryOp, a: &Dict<'a>, b: &Dict<'a>) -> Eval<Value<'a>> {
        self.count(a.len() + b.len())?;
        let heap = self.heap;
        let keep = |from: &Dict<'a>, other: &Dict<'a>, is_in: bool| -> Eval<Vec<Value<'a>>> {
            let mut kept = Vec::new();
            for item in from.keys() {
                if other.get(heap.key(item)?).is_some() == is_in {
                    kept.push(item);
                }
            }
            Ok(kept)
        };
        let items = match op {
            BinaryOp::BitOr => a.keys().chain(b.keys()).collect(),
            BinaryOp::BitAnd => keep(a, b, true)?,
            BinaryOp::Sub => keep(a, b, false)?,
            BinaryOp::BitXor => [keep(a, b, false)?, keep(b, a, false)?].concat(),
            _ => return Err(fault(format!("`{}` does not apply to sets", op.symbol()))),
        };
        heap.set(items)
    }

    pub(super) fn compare(&mut self, op: CompareOp, left: Value<'a>, right: Value<'a>) -> Eval<bool> {
        Ok(match op {
            CompareOp::Eq | CompareOp::Is => left.equals(right, self.heap)?,
            CompareOp::NotEq | CompareOp::IsNot => !left.equals(right, self.heap)?,
            CompareOp::In => self.contains(right, left)?,
            CompareOp::NotIn => !self.contains(right, left)?,
            CompareOp::Less => left.compare(right, self.heap)?.is_lt(),
            CompareOp::LessEq => left.compare(right, self.heap)?.is_le(),
            CompareOp::Greater => left.compare(right, self.heap)?.is_gt(),
            CompareOp::GreaterEq => left.compare(right, self.heap)?.is_ge(),
        })
    }

    fn contains(&mut self, container: Value<'a>, item: Value<'a>) -> Eval<bool> {
        match (container, item) {
            (Value::Str(text), Value::Str(part)) => {
                self.count(text.len() / 16)?;
                Ok(text.contains(part))
            }
            (Value::Dict(dict) | Value::Set(dict), item) => Ok(dict.borrow().get(self.heap.key(item)?).is_some()),
            (Value::Environ, Value::Str(name)) => Ok(self.declarations.reads.variable(name).is_some()),
            (container, item) => {
                for own in self.items(container)? {
                    if own.equals(item, self.heap)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }

    /// `globs(..) - 'name'`, `['name'] + globs(..)`, `globs(..) + rglobs(..) - [..]`.
    fn glob_arithmetic(&mut self, op: BinaryOp, left: Value<'a>, right: Value<'a>) -> Eval<Value<'a>> {
        let (left, right) = (self.sets(left)?, self.sets(right)?);
        let sets = if op == BinaryOp::Sub { self.subtract(left, right)? } else { union(left, right) };
        self.heap.globs(sets)
    }

    /// The sets of files that a value stands for: globs, a name, or a collection of both.
    pub(super) fn sets(&mut self, value: Value<'a>) -> Eval<Vec<Globs>> {
        match value {
            Value::Globs(sets) => Ok(sets.to_vec()),
            Value::Str(name) => Ok(vec![Globs { include: vec![name.to_owned()], exclude: Vec::new() }]),
            Value::List(_) | Value::Tuple(_) | Value::Set(_) => {
                let mut sets = Vec::new();
                for item in self.items(value)? {
                    let more = self.nested(|evaluator| evaluator.sets(item))?;
                    sets = union(sets, more);
                }
                Ok(sets)
            }
            Value::Poison => Err(poisoned()),
            other => Err(fault(format!("{} is no set of files", other.kind()))),
        }
    }

    pub(super) fn subtract(&mut self, mut from: Vec<Globs>, what: Vec<Globs>) -> Eval<Vec<Globs>> {
        let mut patterns = Vec::new();
        for set in what {
            if set.exclude.is_empty() {
                patterns.extend(set.include);
            } else {
                // A difference taken away leaves what it excludes: only its files say that.
                patterns.extend(self.declarations.reads.globs(&set).map_err(|error| fault(error.to_string()))?);
                self.check_reads()?;
            }
        }
        for set in &mut from {
            self.count(patterns.len())?;
            set.exclude.extend(patterns.iter().cloned());
        }
        Ok(from)
    }

    pub(super) fn glob_items(&mut self, sets: &[Globs]) -> Eval<Vec<Value<'a>>> {
        let mut files = Vec::new();
        for set in sets {
            files.extend(self.declarations.reads.globs(set).map_err(|error| fault(error.to_string()))?);
        }
        self.check_reads()?;
        files.sort_unstable();
        files.dedup();
        files.iter().map(|file| self.heap.str(file)).collect()
    }
}

/// The union; sets that exclude the same become one.
fn union(mut sets: Vec<Globs>, more: Vec<Globs>) -> Vec<Globs> {
    for set in more {
        match sets.last_mut() {
            Some(last) if last.exclude == set.exclude => last.include.extend(set.include),
            _ => sets.push(set),
        }
    }
    sets
}

fn arithmetic<'a>(op: BinaryOp, left: Number, right: Number) -> Eval<Value<'a>> {
    if let (Number::Int(a), Number::Int(b)) = (left, right) {
        return integer_arithmetic(op, a, b);
    }
    let (a, b) = (left.as_float(), right.as_float());
    let by_zero = || exception("ZeroDivisionError", "a division by zero");
    Ok(Value::Float(match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Pow => a.powf(b),
        BinaryOp::Div | BinaryOp::FloorDiv | BinaryOp::Mod if b == 0.0 => return Err(by_zero()),
        BinaryOp::Div => a / b,
        BinaryOp::FloorDiv => (a / b).floor(),
        BinaryOp::Mod => a - b * (a / b).floor(),
        _ => return Err(fault(format!("`{}` does not apply to fractions", op.symbol()))),
    }))
}

fn integer_arithmetic<'a>(op: BinaryOp, a: i64, b: i64) -> Eval<Value<'a>> {
    let shift = || u32::try_from(b).ok().filter(|shift| *shift < 64);
    if matches!(op, BinaryOp::Div | BinaryOp::FloorDiv | BinaryOp::Mod) && b == 0 {
        return Err(exception("ZeroDivisionError", "a division by zero"));
    }
    let result = match op {
        BinaryOp::Add => a.checked_add(b),
        BinaryOp::Sub => a.checked_sub(b),
        BinaryOp::Mul => a.checked_mul(b),
        BinaryOp::Div => return Ok(Value::Float(a as f64 / b as f64)),
        BinaryOp::FloorDiv => a.checked_div(b).map(|div| if a % b != 0 && (a < 0) != (b < 0) { div - 1 } else { div }),
        BinaryOp::Mod => a.checked_rem(b).map(|rem| if rem != 0 && (rem < 0) != (b < 0) { rem + b } else { rem }),
        BinaryOp::Pow if b < 0 => return Ok(Value::Float((a as f64).powf(b as f64))),
        BinaryOp::Pow => u32::try_from(b).ok().and_then(|power| a.checked_pow(power)),
        BinaryOp::BitOr => Some(a | b),
        BinaryOp::BitAnd => Some(a & b),
        BinaryOp::BitXor => Some(a ^ b),
        BinaryOp::ShiftLeft => shift().and_then(|shift| a.checked_mul(1_i64.checked_shl(shift)?)),
        BinaryOp::ShiftRight => shift().map(|shift| a >> shift),
        BinaryOp::MatMul => return Err(fault("`@` does not apply to numbers")),
    };
    result.map(Value::Int).ok_or_else(|| fault("the number is too large"))
}
