//! From the text of a BUILD file to our tree. The only module that names ruff.
//!
//! ruff's tree is large and calls itself unstable, so it is lowered at once and freed. Python 3 syntax is accepted with
//! the exception of what is lowered to `Unsupported`.

use crate::nesting::check_nesting;
use crate::syntax::{
    BinaryOp, Call, Clause, Compare, CompareOp, Comprehension, ComprehensionKind, Conditional, Expr, ExprKind,
    FormatPart, Function, FunctionBody, Handler, Keyword, Module, Parameter, Parameters, Slice, Span, Stmt, StmtKind,
    SyntaxFault, Try, UnaryOp,
};
use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};

/// How deep expressions and blocks may stand inside each other. Longer chains are nobody's BUILD file, and the tree is
/// walked by recursion.
const DEEPEST: u32 = 200;

/// Parses a whole file whose spans start at 0.
pub(crate) fn parse(text: &str) -> Result<Module, SyntaxFault> {
    parse_at(text, 0)
}

/// Parses a whole file whose spans start here.
pub(crate) fn parse_at(text: &str, start: u32) -> Result<Module, SyntaxFault> {
    let shifted = |fault: SyntaxFault| {
        let Span { start: from, end: to } = fault.span;
        SyntaxFault { span: Span { start: from + start, end: to + start }, ..fault }
    };
    check_nesting(text).map_err(shifted)?;
    let parsed = ruff_python_parser::parse_module(text).map_err(|error| shifted(syntax_fault(text, &error)))?;
    let mut lowering = Lowering { start, depth: 0, fault: None };
    let body = lowering.block(parsed.into_syntax().body);
    match lowering.fault {
        Some(fault) => Err(fault),
        None => Ok(Module { body }),
    }
}

fn syntax_fault(text: &str, error: &ruff_python_parser::ParseError) -> SyntaxFault {
    if let Some(fault) = conflict(text) {
        return fault;
    }
    // What is missing at the end of the file is missing after its last word.
    let end = text.trim_end().len() as u32;
    let (start, stop): (u32, u32) = (error.location.start().into(), error.location.end().into());
    let span = Span { start: start.min(end), end: stop.min(end) };
    let said = error.error.to_string();
    let mut first = said.chars();
    let lowered: String = first.next().into_iter().flat_map(char::to_lowercase).chain(first).collect();
    SyntaxFault { span, message: format!("syntax error: {}", lowered.trim_end_matches('.')), hint: None }
}

/// The first line that git leaves where two changes of a file contradict each other. It need not be where the parser
/// stumbles: `=======` is found before `<<<<<<<` is missed.
fn conflict(text: &str) -> Option<SyntaxFault> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let marker = line.trim_end();
        let is_marker = marker == "=======" || ["<<<<<<< ", ">>>>>>> "].iter().any(|marker| line.starts_with(marker));
        if is_marker {
            let span = Span { start, end: start + marker.len() as u32 };
            let message = format!("syntax error: `{marker}` is the mark of a merge conflict");
            let hint = Some("somebody committed the file before the conflict was resolved".to_owned());
            return Some(SyntaxFault { span, message, hint });
        }
        start += line.len() as u32;
    }
    None
}

/// One pass over ruff's tree, which it consumes. After a fault it goes on with placeholders; the result is dropped.
struct Lowering {
    /// Where the spans of the file start.
    start: u32,
    depth: u32,
    fault: Option<SyntaxFault>,
}

impl Lowering {
    fn span(&self, range: TextRange) -> Span {
        let (start, end): (u32, u32) = (range.start().into(), range.end().into());
        Span { start: self.start + start, end: self.start + end }
    }

    fn fault(&mut self, span: Span, message: &str) {
        self.fault.get_or_insert_with(|| SyntaxFault { span, message: message.to_owned(), hint: None });
    }

    /// Goes one level down; `None` when that is one too many.
    fn nested<T>(&mut self, span: Span, lower: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth == DEEPEST {
            self.fault(span, "nested too deeply");
            return None;
        }
        self.depth += 1;
        let lowered = lower(self);
        self.depth -= 1;
        Some(lowered)
    }

    fn block(&mut self, body: impl IntoIterator<Item = ast::Stmt>) -> Vec<Stmt> {
        body.into_iter().map(|stmt| self.stmt(stmt)).collect()
    }

    fn stmt(&mut self, stmt: ast::Stmt) -> Stmt {
        let span = self.span(stmt.range());
        let kind = self.nested(span, |lowering| lowering.stmt_kind(stmt, span)).unwrap_or(StmtKind::Pass);
        Stmt { span, kind }
    }

    fn stmt_kind(&mut self, stmt: ast::Stmt, span: Span) -> StmtKind {
        match stmt {
            ast::Stmt::Expr(stmt) => StmtKind::Expr(self.expr(*stmt.value)),
            ast::Stmt::Assign(stmt) => {
                StmtKind::Assign { targets: self.exprs(stmt.targets), value: self.expr(*stmt.value) }
            }
            ast::Stmt::AnnAssign(ast::StmtAnnAssign { target, value: Some(value), .. }) => {
                StmtKind::Assign { targets: vec![self.expr(*target)], value: self.expr(*value) }
            }
            ast::Stmt::AnnAssign(_) | ast::Stmt::Pass(_) => StmtKind::Pass,
            ast::Stmt::AugAssign(stmt) => StmtKind::Augment {
                target: self.expr(*stmt.target),
                op: binary_op(stmt.op),
                value: self.expr(*stmt.value),
            },
            ast::Stmt::Delete(stmt) => StmtKind::Delete(self.exprs(stmt.targets)),
            ast::Stmt::If(stmt) => self.if_stmt(stmt),
            ast::Stmt::For(ast::StmtFor { is_async: true, .. }) => StmtKind::Unsupported("`async for`"),
            ast::Stmt::For(stmt) => StmtKind::For {
                target: self.expr(*stmt.target),
                iterable: self.expr(*stmt.iter),
                body: self.block(stmt.body),
                otherwise: self.block(stmt.orelse),
            },
            ast::Stmt::While(stmt) => StmtKind::While {
                test: self.expr(*stmt.test),
                body: self.block(stmt.body),
                otherwise: self.block(stmt.orelse),
            },
            ast::Stmt::With(ast::StmtWith { is_async: true, .. }) => StmtKind::Unsupported("`async with`"),
            ast::Stmt::With(stmt) => {
                let item = |item: ast::WithItem| {
                    (self.expr(item.context_expr), item.optional_vars.map(|target| self.expr(*target)))
                };
                let items = stmt.items.into_iter().map(item).collect();
                StmtKind::With { items, body: self.block(stmt.body) }
            }
            ast::Stmt::FunctionDef(stmt) if stmt.is_async => StmtKind::Unsupported("`async def`"),
            ast::Stmt::FunctionDef(stmt) if !stmt.decorator_list.is_empty() => StmtKind::Unsupported("a decorator"),
            ast::Stmt::FunctionDef(stmt) => StmtKind::Function(Function {
                span,
                name: name(&stmt.name),
                parameters: self.parameters(*stmt.parameters),
                body: FunctionBody::Block(self.block(stmt.body)),
            }),
            ast::Stmt::Return(stmt) => StmtKind::Return(stmt.value.map(|value| self.expr(*value))),
            ast::Stmt::Break(_) => StmtKind::Break,
            ast::Stmt::Continue(_) => StmtKind::Continue,
            ast::Stmt::Assert(stmt) => {
                StmtKind::Assert { test: self.expr(*stmt.test), message: stmt.msg.map(|message| self.expr(*message)) }
            }
            ast::Stmt::Import(stmt) => StmtKind::Import(stmt.names.iter().map(alias).collect()),
            ast::Stmt::ImportFrom(stmt) => {
                let dots = ".".repeat(stmt.level as usize);
                let module = format!("{dots}{}", stmt.module.as_ref().map_or("", |module| module.as_str()));
                StmtKind::ImportFrom { module: module.into(), names: stmt.names.iter().map(alias).collect() }
            }
            ast::Stmt::ClassDef(stmt) if !stmt.decorator_list.is_empty() => StmtKind::Unsupported("a decorator"),
            ast::Stmt::ClassDef(stmt) => self.class_stmt(stmt),
            ast::Stmt::Try(ast::StmtTry { is_star: true, .. }) => StmtKind::Unsupported("`except*`"),
            ast::Stmt::Try(stmt) => self.try_stmt(stmt),
            ast::Stmt::Raise(ast::StmtRaise { cause: Some(_), .. }) => StmtKind::Unsupported("`raise .. from ..`"),
            ast::Stmt::Raise(stmt) => StmtKind::Raise(self.optional(stmt.exc)),
            ast::Stmt::Match(_) => StmtKind::Unsupported("`match`"),
            ast::Stmt::Global(_) => StmtKind::Unsupported("`global`"),
            ast::Stmt::Nonlocal(_) => StmtKind::Unsupported("`nonlocal`"),
            ast::Stmt::TypeAlias(_) => StmtKind::Unsupported("a type alias"),
            ast::Stmt::IpyEscapeCommand(_) => StmtKind::Unsupported("an IPython command"),
        }
    }

    fn class_stmt(&mut self, stmt: ast::StmtClassDef) -> StmtKind {
        let (bases, keywords) = match stmt.arguments {
            Some(arguments) => (arguments.args, arguments.keywords),
            None => Default::default(),
        };
        if !keywords.is_empty() {
            return StmtKind::Unsupported("a metaclass");
        }
        let bases = self.exprs(bases);
        StmtKind::Class { name: name(&stmt.name), bases, body: self.block(stmt.body) }
    }

    fn try_stmt(&mut self, stmt: ast::StmtTry) -> StmtKind {
        let body = self.block(stmt.body);
        let mut handlers = Vec::new();
        for ast::ExceptHandler::ExceptHandler(handler) in stmt.handlers {
            let Some(exceptions) = exception_names(handler.type_.as_deref()) else {
                return StmtKind::Unsupported("a computed exception in `except`");
            };
            let body = self.block(handler.body);
            handlers.push(Handler { exceptions, name: handler.name.as_ref().map(name), body });
        }
        StmtKind::Try(Box::new(Try {
            body,
            handlers,
            otherwise: self.block(stmt.orelse),
            finally: self.block(stmt.finalbody),
        }))
    }

    fn if_stmt(&mut self, stmt: ast::StmtIf) -> StmtKind {
        let mut branches = vec![(self.expr(*stmt.test), self.block(stmt.body))];
        let mut otherwise = Vec::new();
        for clause in stmt.elif_else_clauses {
            match clause.test {
                Some(test) => branches.push((self.expr(test), self.block(clause.body))),
                None => otherwise = self.block(clause.body),
            }
        }
        StmtKind::If { branches, otherwise }
    }

    fn parameters(&mut self, parameters: ast::Parameters) -> Parameters {
        let positional = parameters.posonlyargs.len() + parameters.args.len();
        let all = parameters.posonlyargs.into_iter().chain(parameters.args).chain(parameters.kwonlyargs);
        let named = all.map(|parameter| Parameter {
            name: name(&parameter.parameter.name),
            default: parameter.default.map(|default| self.expr(*default)),
        });
        Parameters {
            named: named.collect(),
            positional,
            rest: parameters.vararg.map(|parameter| name(&parameter.name)),
            keywords: parameters.kwarg.map(|parameter| name(&parameter.name)),
        }
    }

    fn exprs(&mut self, exprs: impl IntoIterator<Item = ast::Expr>) -> Vec<Expr> {
        exprs.into_iter().map(|expr| self.expr(expr)).collect()
    }

    fn expr(&mut self, expr: ast::Expr) -> Expr {
        let span = self.span(expr.range());
        let kind = self.nested(span, |lowering| lowering.expr_kind(expr, span)).unwrap_or(ExprKind::None);
        Expr { span, kind }
    }

    fn optional(&mut self, expr: Option<Box<ast::Expr>>) -> Option<Expr> {
        expr.map(|expr| self.expr(*expr))
    }

    fn expr_kind(&mut self, expr: ast::Expr, span: Span) -> ExprKind {
        match expr {
            ast::Expr::StringLiteral(expr) => ExprKind::Str(expr.value.to_str().into()),
            ast::Expr::BytesLiteral(expr) => ExprKind::Bytes(expr.value.bytes().collect()),
            ast::Expr::FString(expr) => self.format(&expr.value),
            ast::Expr::NumberLiteral(expr) => self.number(&expr.value, span),
            ast::Expr::BooleanLiteral(expr) => ExprKind::Bool(expr.value),
            ast::Expr::NoneLiteral(_) => ExprKind::None,
            ast::Expr::Name(expr) => ExprKind::Name(expr.id.as_str().into()),
            ast::Expr::List(expr) => ExprKind::List(self.exprs(expr.elts)),
            ast::Expr::Tuple(expr) => ExprKind::Tuple(self.exprs(expr.elts)),
            ast::Expr::Set(expr) => ExprKind::Set(self.exprs(expr.elts)),
            ast::Expr::Dict(expr) => {
                let item = |item: ast::DictItem| (item.key.map(|key| self.expr(key)), self.expr(item.value));
                ExprKind::Dict(expr.items.into_iter().map(item).collect())
            }
            ast::Expr::Starred(expr) => ExprKind::Starred(Box::new(self.expr(*expr.value))),
            ast::Expr::Attribute(expr) => ExprKind::Attribute(Box::new(self.expr(*expr.value)), name(&expr.attr)),
            ast::Expr::Subscript(expr) => self.subscript(expr),
            ast::Expr::Call(expr) => ExprKind::Call(Box::new(self.call(expr))),
            ast::Expr::UnaryOp(expr) => {
                let op = match expr.op {
                    ast::UnaryOp::Not => UnaryOp::Not,
                    ast::UnaryOp::USub => UnaryOp::Minus,
                    ast::UnaryOp::UAdd => UnaryOp::Plus,
                    ast::UnaryOp::Invert => UnaryOp::Invert,
                };
                ExprKind::Unary(op, Box::new(self.expr(*expr.operand)))
            }
            ast::Expr::BinOp(expr) => {
                let sides = (self.expr(*expr.left), self.expr(*expr.right));
                ExprKind::Binary(binary_op(expr.op), Box::new(sides))
            }
            ast::Expr::BoolOp(ast::ExprBoolOp { op: ast::BoolOp::And, values, .. }) => {
                ExprKind::And(self.exprs(values))
            }
            ast::Expr::BoolOp(expr) => ExprKind::Or(self.exprs(expr.values)),
            ast::Expr::Compare(expr) => {
                let first = self.expr(*expr.left);
                let ops = expr.ops.iter().map(|op| compare_op(*op));
                let rest = ops.zip(self.exprs(expr.comparators)).collect();
                ExprKind::Compare(Box::new(Compare { first, rest }))
            }
            ast::Expr::If(expr) => ExprKind::Conditional(Box::new(Conditional {
                test: self.expr(*expr.test),
                then: self.expr(*expr.body),
                otherwise: self.expr(*expr.orelse),
            })),
            ast::Expr::Lambda(expr) => ExprKind::Lambda(Box::new(Function {
                span,
                name: "<lambda>".into(),
                parameters: expr.parameters.map(|parameters| self.parameters(*parameters)).unwrap_or_default(),
                body: FunctionBody::Expr(self.expr(*expr.body)),
            })),
            ast::Expr::ListComp(expr) => {
                let element = self.expr(*expr.elt);
                self.comprehension(ComprehensionKind::List(element), expr.generators)
            }
            ast::Expr::Generator(expr) => {
                let element = self.expr(*expr.elt);
                self.comprehension(ComprehensionKind::List(element), expr.generators)
            }
            ast::Expr::SetComp(expr) => {
                let element = self.expr(*expr.elt);
                self.comprehension(ComprehensionKind::Set(element), expr.generators)
            }
            ast::Expr::DictComp(ast::ExprDictComp { key: Some(key), value, generators, .. }) => {
                let kind = ComprehensionKind::Dict(self.expr(*key), self.expr(*value));
                self.comprehension(kind, generators)
            }
            ast::Expr::DictComp(_) => ExprKind::Unsupported("`**` in a comprehension"),
            ast::Expr::Named(_) => ExprKind::Unsupported("`:=`"),
            ast::Expr::Await(_) => ExprKind::Unsupported("`await`"),
            ast::Expr::Yield(_) | ast::Expr::YieldFrom(_) => ExprKind::Unsupported("`yield`"),
            ast::Expr::TString(_) => ExprKind::Unsupported("a template string"),
            ast::Expr::EllipsisLiteral(_) => ExprKind::Unsupported("`...`"),
            ast::Expr::Slice(_) => ExprKind::Unsupported("a slice inside a tuple"),
            ast::Expr::IpyEscapeCommand(_) => ExprKind::Unsupported("an IPython command"),
        }
    }

    fn number(&mut self, number: &ast::Number, span: Span) -> ExprKind {
        match number {
            ast::Number::Int(int) => match int.as_i64() {
                Some(int) => ExprKind::Int(int),
                None => {
                    self.fault(span, "a whole number has 64 bits at the most");
                    ExprKind::None
                }
            },
            ast::Number::Float(float) => ExprKind::Float(*float),
            ast::Number::Complex { .. } => ExprKind::Unsupported("a complex number"),
        }
    }

    fn subscript(&mut self, expr: ast::ExprSubscript) -> ExprKind {
        let value = self.expr(*expr.value);
        match *expr.slice {
            ast::Expr::Slice(slice) => ExprKind::Slice(Box::new(Slice {
                value,
                lower: self.optional(slice.lower),
                upper: self.optional(slice.upper),
                step: self.optional(slice.step),
            })),
            index => ExprKind::Item(Box::new((value, self.expr(index)))),
        }
    }

    fn call(&mut self, expr: ast::ExprCall) -> Call {
        let function = self.expr(*expr.func);
        let args = self.exprs(expr.arguments.args);
        let keyword = |keyword: ast::Keyword| Keyword {
            span: self.span(keyword.range),
            name: keyword.arg.as_ref().map(name),
            value: self.expr(keyword.value),
        };
        let keywords = expr.arguments.keywords.into_iter().map(keyword).collect();
        Call { function, args, keywords }
    }

    fn comprehension(&mut self, kind: ComprehensionKind, generators: Vec<ast::Comprehension>) -> ExprKind {
        if generators.iter().any(|generator| generator.is_async) {
            return ExprKind::Unsupported("`async for`");
        }
        let clause = |generator: ast::Comprehension| Clause {
            target: self.expr(generator.target),
            iterable: self.expr(generator.iter),
            conditions: self.exprs(generator.ifs),
        };
        let clauses = generators.into_iter().map(clause).collect();
        ExprKind::Comprehension(Box::new(Comprehension { kind, clauses }))
    }

    fn format(&mut self, value: &ast::FStringValue) -> ExprKind {
        let mut parts = Vec::new();
        for part in value.iter() {
            match part {
                ast::FStringPart::Literal(literal) => parts.push(FormatPart::Text(literal.value.clone())),
                ast::FStringPart::FString(string) => {
                    for element in &string.elements {
                        match element {
                            ast::InterpolatedStringElement::Literal(literal) => {
                                parts.push(FormatPart::Text(literal.value.clone()));
                            }
                            ast::InterpolatedStringElement::Interpolation(element) => {
                                match self.interpolation(element) {
                                    Ok(part) => parts.push(part),
                                    Err(unsupported) => return ExprKind::Unsupported(unsupported),
                                }
                            }
                        }
                    }
                }
            }
        }
        ExprKind::Format(parts)
    }

    fn interpolation(&mut self, element: &ast::InterpolatedElement) -> Result<FormatPart, &'static str> {
        if element.debug_text.is_some() {
            return Err("`=` in an f-string");
        }
        let mut spec = String::new();
        for part in element.format_spec.iter().flat_map(|spec| &spec.elements) {
            match part {
                ast::InterpolatedStringElement::Literal(literal) => spec.push_str(&literal.value),
                ast::InterpolatedStringElement::Interpolation(_) => return Err("a computed format in an f-string"),
            }
        }
        let is_repr = matches!(element.conversion, ast::ConversionFlag::Repr | ast::ConversionFlag::Ascii);
        Ok(FormatPart::Value { value: self.expr((*element.expression).clone()), is_repr, spec: spec.into() })
    }
}

/// The names of the exceptions that an `except` is for; `a.b` is `b`. Nothing when they are computed.
fn exception_names(types: Option<&ast::Expr>) -> Option<Vec<Box<str>>> {
    match types {
        None => Some(Vec::new()),
        Some(ast::Expr::Name(expr)) => Some(vec![expr.id.as_str().into()]),
        Some(ast::Expr::Attribute(expr)) => Some(vec![name(&expr.attr)]),
        Some(ast::Expr::Tuple(expr)) => {
            let names = expr.elts.iter().map(|expr| exception_names(Some(expr))).collect::<Option<Vec<_>>>()?;
            Some(names.concat())
        }
        Some(_) => None,
    }
}

fn name(identifier: &ast::Identifier) -> Box<str> {
    identifier.as_str().into()
}

fn alias(alias: &ast::Alias) -> (Box<str>, Option<Box<str>>) {
    (name(&alias.name), alias.asname.as_ref().map(name))
}

fn binary_op(op: ast::Operator) -> BinaryOp {
    match op {
        ast::Operator::Add => BinaryOp::Add,
        ast::Operator::Sub => BinaryOp::Sub,
        ast::Operator::Mult => BinaryOp::Mul,
        ast::Operator::MatMult => BinaryOp::MatMul,
        ast::Operator::Div => BinaryOp::Div,
        ast::Operator::Mod => BinaryOp::Mod,
        ast::Operator::Pow => BinaryOp::Pow,
        ast::Operator::LShift => BinaryOp::ShiftLeft,
        ast::Operator::RShift => BinaryOp::ShiftRight,
        ast::Operator::BitOr => BinaryOp::BitOr,
        ast::Operator::BitXor => BinaryOp::BitXor,
        ast::Operator::BitAnd => BinaryOp::BitAnd,
        ast::Operator::FloorDiv => BinaryOp::FloorDiv,
    }
}

fn compare_op(op: ast::CmpOp) -> CompareOp {
    match op {
        ast::CmpOp::Eq => CompareOp::Eq,
        ast::CmpOp::NotEq => CompareOp::NotEq,
        ast::CmpOp::Lt => CompareOp::Less,
        ast::CmpOp::LtE => CompareOp::LessEq,
        ast::CmpOp::Gt => CompareOp::Greater,
        ast::CmpOp::GtE => CompareOp::GreaterEq,
        ast::CmpOp::Is => CompareOp::Is,
        ast::CmpOp::IsNot => CompareOp::IsNot,
        ast::CmpOp::In => CompareOp::In,
        ast::CmpOp::NotIn => CompareOp::NotIn,
    }
}
