//! Our own small tree of a BUILD file: the part of Python that BUILD files use, with byte spans.
//!
//! Knows no parser and no meaning. What we do not support is a node of its own, so that it is an error only where it is
//! reached.

/// A range of bytes of the source.
///
/// Sources that are evaluated together share one row of offsets: a BUILD file starts at 0, and the files of the prelude
/// stand one after the other from [`PRELUDE_START`] on. So a span says which file it is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub start: u32,
    pub end: u32,
}

/// Where the offsets of the prelude start; no BUILD file is that long.
pub(crate) const PRELUDE_START: u32 = 1 << 30;

impl Span {
    /// Whether it is in a file of the prelude.
    pub(crate) fn is_in_prelude(self) -> bool {
        self.start >= PRELUDE_START
    }
}

pub(crate) type Name = Box<str>;

#[derive(Debug)]
pub(crate) struct Expr {
    pub span: Span,
    pub kind: ExprKind,
}

impl Expr {
    /// Calls `visit` for each expression directly inside this one.
    pub(crate) fn each_child<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        match &self.kind {
            ExprKind::None
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Str(_)
            | ExprKind::Bytes(_)
            | ExprKind::Name(_)
            | ExprKind::Unsupported(_) => {}
            ExprKind::Format(parts) => {
                for part in parts {
                    if let FormatPart::Value { value, .. } = part {
                        visit(value);
                    }
                }
            }
            ExprKind::List(items)
            | ExprKind::Tuple(items)
            | ExprKind::Set(items)
            | ExprKind::And(items)
            | ExprKind::Or(items) => items.iter().for_each(visit),
            ExprKind::Dict(entries) => {
                for (name, value) in entries {
                    name.iter().for_each(&mut *visit);
                    visit(value);
                }
            }
            ExprKind::Starred(inner) | ExprKind::Attribute(inner, _) | ExprKind::Unary(_, inner) => visit(inner),
            ExprKind::Item(pair) | ExprKind::Binary(_, pair) => {
                visit(&pair.0);
                visit(&pair.1);
            }
            ExprKind::Slice(slice) => {
                visit(&slice.value);
                [&slice.lower, &slice.upper, &slice.step].into_iter().flatten().for_each(visit);
            }
            ExprKind::Call(call) => {
                visit(&call.function);
                call.args.iter().for_each(&mut *visit);
                call.keywords.iter().for_each(|keyword| visit(&keyword.value));
            }
            ExprKind::Compare(compare) => {
                visit(&compare.first);
                compare.rest.iter().for_each(|(_, expr)| visit(expr));
            }
            ExprKind::Conditional(parts) => [&parts.test, &parts.then, &parts.otherwise].into_iter().for_each(visit),
            ExprKind::Lambda(function) => {
                if let FunctionBody::Expr(body) = &function.body {
                    visit(body);
                }
            }
            ExprKind::Comprehension(comprehension) => {
                match &comprehension.kind {
                    ComprehensionKind::List(element) | ComprehensionKind::Set(element) => visit(element),
                    ComprehensionKind::Dict(name, value) => {
                        visit(name);
                        visit(value);
                    }
                }
                for clause in &comprehension.clauses {
                    visit(&clause.iterable);
                    clause.conditions.iter().for_each(&mut *visit);
                }
            }
        }
    }

    /// Whether it is written without a name: then it is the same whoever asks.
    pub(crate) fn is_constant(&self) -> bool {
        self.find(&|expr| matches!(expr.kind, ExprKind::Name(_))).is_none()
    }

    /// For a statement that is this expression, the name that is called for what it does: `f` of `f(..)`, of `f(..).g()`
    /// and of `[f(x) for x in ..]`.
    pub(crate) fn outermost_callee(&self) -> Option<Span> {
        match &self.kind {
            ExprKind::Call(call) => match &call.function.kind {
                ExprKind::Name(_) => Some(call.function.span),
                ExprKind::Attribute(inner, _) => inner.outermost_callee(),
                _ => None,
            },
            ExprKind::Comprehension(comprehension) => match &comprehension.kind {
                ComprehensionKind::List(element) => element.outermost_callee(),
                _ => None,
            },
            _ => None,
        }
    }

    /// Calls `visit` for each name that an assignment to this expression changes.
    fn each_assigned_name<'e>(&'e self, visit: &mut dyn FnMut(&'e str)) {
        match &self.kind {
            ExprKind::Name(name) => visit(name),
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                items.iter().for_each(|item| item.each_assigned_name(visit));
            }
            ExprKind::Starred(inner) | ExprKind::Attribute(inner, _) => inner.each_assigned_name(visit),
            ExprKind::Item(pair) => pair.0.each_assigned_name(visit),
            _ => {}
        }
    }

    /// This expression, or the first one inside it, that is the one looked for.
    pub(crate) fn find<'e>(&'e self, is_it: &dyn Fn(&Expr) -> bool) -> Option<&'e Expr> {
        if is_it(self) {
            return Some(self);
        }
        let mut found = None;
        self.each_child(&mut |child| {
            if found.is_none() {
                found = child.find(is_it);
            }
        });
        found
    }
}

#[derive(Debug)]
pub(crate) enum ExprKind {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Box<str>),
    Bytes(Box<[u8]>),
    /// `f'..'`
    Format(Vec<FormatPart>),
    Name(Name),
    List(Vec<Expr>),
    Tuple(Vec<Expr>),
    Set(Vec<Expr>),
    /// A key of `None` is `**value`.
    Dict(Vec<(Option<Expr>, Expr)>),
    /// `*value`, inside a call or a collection.
    Starred(Box<Expr>),
    Attribute(Box<Expr>, Name),
    Item(Box<(Expr, Expr)>),
    Slice(Box<Slice>),
    Call(Box<Call>),
    Unary(UnaryOp, Box<Expr>),
    Binary(BinaryOp, Box<(Expr, Expr)>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Compare(Box<Compare>),
    Conditional(Box<Conditional>),
    Lambda(Box<Function>),
    Comprehension(Box<Comprehension>),
    /// What it is called, to say that it is not supported.
    Unsupported(&'static str),
}

#[derive(Debug)]
pub(crate) enum FormatPart {
    Text(Box<str>),
    Value { value: Expr, is_repr: bool, spec: Box<str> },
}

#[derive(Debug)]
pub(crate) struct Slice {
    pub value: Expr,
    pub lower: Option<Expr>,
    pub upper: Option<Expr>,
    pub step: Option<Expr>,
}

#[derive(Debug)]
pub(crate) struct Call {
    pub function: Expr,
    /// Positional arguments; a [`ExprKind::Starred`] stands for many.
    pub args: Vec<Expr>,
    pub keywords: Vec<Keyword>,
}

#[derive(Debug)]
pub(crate) struct Keyword {
    pub span: Span,
    /// `None` is `**value`.
    pub name: Option<Name>,
    pub value: Expr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnaryOp {
    Not,
    Minus,
    Plus,
    Invert,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Mod,
    Pow,
    BitOr,
    BitAnd,
    BitXor,
    ShiftLeft,
    ShiftRight,
    MatMul,
}

impl BinaryOp {
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::FloorDiv => "//",
            Self::Mod => "%",
            Self::Pow => "**",
            Self::BitOr => "|",
            Self::BitAnd => "&",
            Self::BitXor => "^",
            Self::ShiftLeft => "<<",
            Self::ShiftRight => ">>",
            Self::MatMul => "@",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CompareOp {
    Eq,
    NotEq,
    Less,
    LessEq,
    Greater,
    GreaterEq,
    Is,
    IsNot,
    In,
    NotIn,
}

#[derive(Debug)]
pub(crate) struct Compare {
    pub first: Expr,
    pub rest: Vec<(CompareOp, Expr)>,
}

#[derive(Debug)]
pub(crate) struct Conditional {
    pub test: Expr,
    pub then: Expr,
    pub otherwise: Expr,
}

#[derive(Debug)]
pub(crate) struct Function {
    pub span: Span,
    /// `<lambda>` for a lambda.
    pub name: Name,
    pub parameters: Parameters,
    pub body: FunctionBody,
}

#[derive(Debug)]
pub(crate) enum FunctionBody {
    Expr(Expr),
    Block(Vec<Stmt>),
}

#[derive(Debug, Default)]
pub(crate) struct Parameters {
    /// Those that positional arguments fill, then those that only keywords fill.
    pub named: Vec<Parameter>,
    /// How many of `named` positional arguments fill.
    pub positional: usize,
    /// `*args`
    pub rest: Option<Name>,
    /// `**kwargs`
    pub keywords: Option<Name>,
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub name: Name,
    pub default: Option<Expr>,
}

#[derive(Debug)]
pub(crate) struct Comprehension {
    pub kind: ComprehensionKind,
    pub clauses: Vec<Clause>,
}

#[derive(Debug)]
pub(crate) enum ComprehensionKind {
    /// A generator is evaluated at once, like a list.
    List(Expr),
    Set(Expr),
    Dict(Expr, Expr),
}

/// `for target in iterable if condition if condition`
#[derive(Debug)]
pub(crate) struct Clause {
    pub target: Expr,
    pub iterable: Expr,
    pub conditions: Vec<Expr>,
}

#[derive(Debug)]
pub(crate) struct Stmt {
    pub span: Span,
    pub kind: StmtKind,
}

#[derive(Debug)]
pub(crate) enum StmtKind {
    Expr(Expr),
    Assign {
        targets: Vec<Expr>,
        value: Expr,
    },
    Augment {
        target: Expr,
        op: BinaryOp,
        value: Expr,
    },
    Delete(Vec<Expr>),
    /// The conditions with their blocks, then `else`.
    If {
        branches: Vec<(Expr, Vec<Stmt>)>,
        otherwise: Vec<Stmt>,
    },
    For {
        target: Expr,
        iterable: Expr,
        body: Vec<Stmt>,
        otherwise: Vec<Stmt>,
    },
    While {
        test: Expr,
        body: Vec<Stmt>,
        otherwise: Vec<Stmt>,
    },
    With {
        items: Vec<(Expr, Option<Expr>)>,
        body: Vec<Stmt>,
    },
    Function(Function),
    Class {
        name: Name,
        bases: Vec<Expr>,
        body: Vec<Stmt>,
    },
    Try(Box<Try>),
    /// `raise`, `raise error`
    Raise(Option<Expr>),
    Return(Option<Expr>),
    Break,
    Continue,
    Pass,
    Assert {
        test: Expr,
        message: Option<Expr>,
    },
    /// The module as written, and the name it gets when `as` gives one.
    Import(Vec<(Name, Option<Name>)>),
    ImportFrom {
        module: Name,
        names: Vec<(Name, Option<Name>)>,
    },
    /// What it is called, to say that it is not supported.
    Unsupported(&'static str),
}

#[derive(Debug)]
pub(crate) struct Try {
    pub body: Vec<Stmt>,
    pub handlers: Vec<Handler>,
    pub otherwise: Vec<Stmt>,
    pub finally: Vec<Stmt>,
}

/// `except (KeyError, IOError) as error: ..`
#[derive(Debug)]
pub(crate) struct Handler {
    /// The exceptions it is for; none means all.
    pub exceptions: Vec<Name>,
    pub name: Option<Name>,
    pub body: Vec<Stmt>,
}

impl Try {
    /// All its blocks, in the order of the source.
    fn blocks(&self) -> impl Iterator<Item = &Vec<Stmt>> {
        let handlers = self.handlers.iter().map(|handler| &handler.body);
        std::iter::once(&self.body).chain(handlers).chain([&self.otherwise, &self.finally])
    }
}

/// The name that `import a.b` binds.
pub(crate) fn first_part(module: &str) -> &str {
    module.split_once('.').map_or(module, |(first, _)| first)
}

impl Stmt {
    /// Calls `visit` for each name that this statement may assign to, or change what it stands for.
    pub(crate) fn each_bound_name<'e>(&'e self, visit: &mut dyn FnMut(&'e str)) {
        match &self.kind {
            StmtKind::Assign { targets, .. } | StmtKind::Delete(targets) => {
                targets.iter().for_each(|target| target.each_assigned_name(visit));
            }
            StmtKind::Augment { target, .. } => target.each_assigned_name(visit),
            StmtKind::If { branches, otherwise } => {
                let bodies = branches.iter().map(|(_, body)| body).chain([otherwise]);
                bodies.flatten().for_each(|stmt| stmt.each_bound_name(visit));
            }
            StmtKind::For { target, body, otherwise, .. } => {
                target.each_assigned_name(visit);
                body.iter().chain(otherwise).for_each(|stmt| stmt.each_bound_name(visit));
            }
            StmtKind::While { body, otherwise, .. } => {
                body.iter().chain(otherwise).for_each(|stmt| stmt.each_bound_name(visit));
            }
            StmtKind::With { items, body } => {
                items
                    .iter()
                    .filter_map(|(_, target)| target.as_ref())
                    .for_each(|target| target.each_assigned_name(visit));
                body.iter().for_each(|stmt| stmt.each_bound_name(visit));
            }
            StmtKind::Function(function) => visit(&function.name),
            StmtKind::Class { name, .. } => visit(name),
            StmtKind::Try(parts) => {
                parts.handlers.iter().filter_map(|handler| handler.name.as_deref()).for_each(&mut *visit);
                parts.blocks().flatten().for_each(|stmt| stmt.each_bound_name(visit));
            }
            StmtKind::Import(names) => {
                names.iter().for_each(|(name, alias)| visit(alias.as_deref().unwrap_or(first_part(name))));
            }
            StmtKind::ImportFrom { names, .. } => {
                names.iter().for_each(|(name, alias)| visit(alias.as_ref().unwrap_or(name)));
            }
            StmtKind::Expr(_)
            | StmtKind::Raise(_)
            | StmtKind::Return(_)
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Pass
            | StmtKind::Assert { .. }
            | StmtKind::Unsupported(_) => {}
        }
    }

    /// The first expression in this statement or the blocks in it that is the one looked for.
    pub(crate) fn find<'e>(&'e self, is_it: &dyn Fn(&Expr) -> bool) -> Option<&'e Expr> {
        let in_block = |block: &'e Vec<Stmt>| block.iter().find_map(|stmt| stmt.find(is_it));
        match &self.kind {
            StmtKind::Expr(expr) => expr.find(is_it),
            StmtKind::Assign { value, .. } | StmtKind::Augment { value, .. } => value.find(is_it),
            StmtKind::If { branches, otherwise } => branches
                .iter()
                .find_map(|(test, body)| test.find(is_it).or_else(|| in_block(body)))
                .or_else(|| in_block(otherwise)),
            StmtKind::For { iterable, body, otherwise, .. } => {
                iterable.find(is_it).or_else(|| in_block(body)).or_else(|| in_block(otherwise))
            }
            StmtKind::While { test, body, otherwise } => {
                test.find(is_it).or_else(|| in_block(body)).or_else(|| in_block(otherwise))
            }
            StmtKind::With { items, body } => {
                items.iter().find_map(|(expr, _)| expr.find(is_it)).or_else(|| in_block(body))
            }
            StmtKind::Function(function) => match &function.body {
                FunctionBody::Expr(expr) => expr.find(is_it),
                FunctionBody::Block(body) => in_block(body),
            },
            StmtKind::Class { body, .. } => in_block(body),
            StmtKind::Try(parts) => parts.blocks().find_map(in_block),
            StmtKind::Return(Some(expr)) | StmtKind::Raise(Some(expr)) => expr.find(is_it),
            StmtKind::Assert { test, .. } => test.find(is_it),
            StmtKind::Return(None)
            | StmtKind::Raise(None)
            | StmtKind::Delete(_)
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Pass
            | StmtKind::Import(_)
            | StmtKind::ImportFrom { .. }
            | StmtKind::Unsupported(_) => None,
        }
    }
}

/// A whole file.
#[derive(Debug, Default)]
pub(crate) struct Module {
    pub body: Vec<Stmt>,
}

/// What stops a file from being read as a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SyntaxFault {
    pub span: Span,
    pub message: String,
    pub hint: Option<String>,
}
