//! From the author's types to the boundary's objects, and back. Every entry from the host goes through [`guard`].

use super::{
    AbiCallback, AbiCallback_TO, AbiError, AbiPayload, AbiPayload_TO, AbiResult, AbiTask, AbiTask_TO, AbiTaskType,
    AbiTaskType_TO, CallbackBox, CallbackRef, ContextObject, TaskObject, TaskTypeObject, log,
};
use crate::product::{decode, encode};
use crate::{
    Address, Context, Error, ErrorKind, MacroContext, OptionRegistrar, Planning, Product, Result, RoundManager, Task,
    Value, wire,
};
use abi_stable::sabi_trait::TD_Opaque;
use abi_stable::sabi_types::RRef;
use abi_stable::std_types::{
    RArc, ROption,
    RResult::{RErr, ROk},
    RSlice, RVec, Tuple2,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// An error as it crosses the boundary.
pub fn encode_error(error: &Error) -> AbiError {
    // An error document holds texts and numbers only; were encoding to fail, the host would still see a failure.
    AbiError { document: wire::encode(error).unwrap_or_default().into() }
}

/// An error that crossed the boundary.
pub fn decode_error(error: &AbiError) -> Error {
    wire::decode(&error.document)
        .unwrap_or_else(|_| Error::msg("the other side of the plugin boundary failed without a readable reason"))
}

/// Runs what an author wrote: an error becomes a document, a panic an error with its place.
pub fn guard<T>(body: impl FnOnce() -> Result<T>) -> AbiResult<T> {
    match log::catch(body) {
        Ok(Ok(value)) => ROk(value),
        Ok(Err(error)) => RErr(encode_error(&error)),
        Err(payload) => RErr(encode_error(&panic_error(payload))),
    }
}

fn panic_error(payload: Box<dyn Any + Send>) -> Error {
    // First of all: a panic in the drop of the payload would leave its own place.
    let place = log::take_panic_place();
    let message = format!("panicked: {}", log::text_of(&*payload));
    // The payload's own drop may panic as well.
    if let Err(second) = log::catch(move || drop(payload)) {
        std::mem::forget(second);
    }
    Error { kind: ErrorKind::Panicked, place: place.into(), ..Error::msg(message) }
}

/// Drops what an author made; a panic in it is reported, not spread.
fn drop_guarded<T>(value: T, what: &str) {
    if let Err(payload) = log::catch(move || drop(value)) {
        let error = panic_error(payload);
        log::report_panic(&error.place, &format!("{what} {} while it was dropped", error.message));
    }
}

fn unsupported(op: u32) -> Error {
    let message = format!("operation {op} is not known to this side of the plugin boundary, which is older");
    Error { kind: ErrorKind::Unsupported, ..Error::msg(message) }
}

/// Asks the host something.
pub fn call_context<Q, A>(context: &ContextObject, op: u32, request: &Q) -> Result<A>
where
    Q: Serialize + ?Sized,
    A: DeserializeOwned,
{
    let request = wire::encode(request)?;
    let answer = context.call(op, request.as_slice().into()).into_result().map_err(|error| decode_error(&error))?;
    wire::decode(&answer)
}

/// Asks the host something for which it calls back.
pub fn call_context_with<Q, A>(
    context: &ContextObject,
    op: u32,
    request: &Q,
    callback: &(impl Fn(u32, Option<Context>, &[u8]) -> Result<Vec<u8>> + Send + Sync),
) -> Result<A>
where
    Q: Serialize + ?Sized,
    A: DeserializeOwned,
{
    let request = wire::encode(request)?;
    let shim = CallbackShim(callback);
    let callback = borrowed_callback(&shim);
    let answer = context.call_with(op, request.as_slice().into(), callback).into_result();
    wire::decode(&answer.map_err(|error| decode_error(&error))?)
}

/// A callback for the length of one call.
pub fn borrowed_callback<T: AbiCallback>(shim: &T) -> CallbackRef<'_> {
    AbiCallback_TO::from_ptr(RRef::new(shim), TD_Opaque)
}

/// The author's view of a context object.
pub fn context_of(object: ContextObject) -> Result<Context> {
    Context::from_object(object)
}

/// An error of the boundary as an author sees it.
pub fn context_error(error: &AbiError) -> Error {
    decode_error(error)
}

struct CallbackShim<F>(F);

impl<F> AbiCallback for CallbackShim<F>
where
    F: Fn(u32, Option<Context>, &[u8]) -> Result<Vec<u8>> + Send + Sync,
{
    fn invoke(&self, op: u32, context: ROption<ContextObject>, request: RSlice<'_, u8>) -> AbiResult<RVec<u8>> {
        guard(|| {
            let context = context.into_option().map(Context::from_object).transpose()?;
            (self.0)(op, context, request.as_slice()).map(Into::into)
        })
    }
}

struct MacroShim<F>(F);

impl<F> AbiCallback for MacroShim<F>
where
    F: Fn(&MacroContext, Vec<Value>, Vec<(String, Value)>) -> Result<Value> + Send + Sync,
{
    fn invoke(&self, op: u32, context: ROption<ContextObject>, request: RSlice<'_, u8>) -> AbiResult<RVec<u8>> {
        guard(|| {
            if op != wire::CALLBACK_MACRO {
                return Err(unsupported(op));
            }
            let context = context.into_option().ok_or_else(|| Error::msg("a macro was called without its context"))?;
            let call: wire::MacroCall = wire::decode(request.as_slice())?;
            let value = (self.0)(&MacroContext::new(context), call.args, call.kwargs)?;
            Ok(wire::encode(&value)?.into())
        })
    }
}

/// The callback of a BUILD macro.
pub fn macro_callback<F>(body: F) -> CallbackBox
where
    F: Fn(&MacroContext, Vec<Value>, Vec<(String, Value)>) -> Result<Value> + Send + Sync + 'static,
{
    AbiCallback_TO::from_ptr(RArc::new(MacroShim(body)), TD_Opaque)
}

/// The class side of a task.
pub fn task_type_object<T: Task>() -> TaskTypeObject {
    AbiTaskType_TO::from_value(TypeShim::<T>(PhantomData), TD_Opaque)
}

struct TypeShim<T>(PhantomData<fn() -> T>);

impl<T: Task> TypeShim<T> {
    fn answer(op: u32, context: Option<ContextObject>) -> Result<Vec<u8>> {
        let planning = || {
            let context = context.ok_or_else(|| Error::msg("planning was asked for without a context"))?;
            Ok::<_, Error>(Planning::new(Context::from_object(context)?))
        };
        match op {
            wire::TASK_SPEC => wire::encode(&T::spec()),
            wire::TASK_REGISTER_OPTIONS => {
                let mut options = OptionRegistrar::default();
                T::register_options(&mut options)?;
                options.options.iter().try_for_each(crate::registrar::check_option)?;
                wire::encode(&options.options)
            }
            wire::TASK_PRODUCT_TYPES => wire::encode(&T::product_types()),
            wire::TASK_ALTERNATE_TARGET_ROOTS => wire::encode(&T::alternate_target_roots(&planning()?)?),
            wire::TASK_PREPARE => {
                let mut round = RoundManager::default();
                T::prepare(&planning()?, &mut round)?;
                wire::encode(&round.requirements)
            }
            op => Err(unsupported(op)),
        }
    }
}

impl<T: Task> AbiTaskType for TypeShim<T> {
    fn call(&self, op: u32, context: ROption<ContextObject>, _request: RSlice<'_, u8>) -> AbiResult<RVec<u8>> {
        guard(|| Self::answer(op, context.into_option()).map(Into::into))
    }

    fn construct(&self, context: ContextObject) -> AbiResult<TaskObject> {
        guard(|| {
            let task = T::new(&Context::from_object(context)?)?;
            Ok(AbiTask_TO::from_value(TaskShim(Some(task)), TD_Opaque))
        })
    }
}

/// An instance; `None` only while it is dropped.
struct TaskShim<T>(Option<T>);

impl<T: Task> AbiTask for TaskShim<T> {
    fn call(&mut self, op: u32, context: ContextObject, request: RSlice<'_, u8>) -> AbiResult<RVec<u8>> {
        guard(|| {
            let context = Context::from_object(context)?;
            let task = self.0.as_mut().expect("the instance is there until it is dropped");
            match op {
                wire::TASK_EXECUTE => task.execute(&context)?,
                wire::TASK_EXECUTE_CHUNK => {
                    let chunk: Vec<Address> = wire::decode(request.as_slice())?;
                    task.execute_chunk(&context, &chunk)?;
                }
                op => return Err(unsupported(op)),
            }
            Ok(RVec::new())
        })
    }
}

impl<T> Drop for TaskShim<T> {
    fn drop(&mut self) {
        drop_guarded(self.0.take(), "a task");
    }
}

/// Its address tells one dylib's products from another's.
static OWNER: u8 = 0;

fn owner() -> usize {
    &raw const OWNER as usize
}

fn type_tag<T: 'static>() -> Tuple2<u64, u64> {
    let hash = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        salt.hash(&mut hasher);
        TypeId::of::<T>().hash(&mut hasher);
        hasher.finish()
    };
    Tuple2(hash(0), hash(1))
}

struct PayloadCell<P>(ManuallyDrop<Arc<P>>);

impl<P: Product> AbiPayload for PayloadCell<P> {
    fn owner(&self) -> usize {
        owner()
    }

    fn type_tag(&self) -> Tuple2<u64, u64> {
        type_tag::<P>()
    }

    fn raw(&self) -> usize {
        &raw const *self.0 as usize
    }

    fn encode(&self) -> AbiResult<RVec<u8>> {
        guard(|| encode(&**self.0).map(Into::into))
    }
}

impl<P> Drop for PayloadCell<P> {
    fn drop(&mut self) {
        // SAFETY: the field is taken here and nowhere else, and drop runs once.
        let product = unsafe { ManuallyDrop::take(&mut self.0) };
        drop_guarded(product, "a product");
    }
}

/// Leaves a product with the host.
pub fn put_product<P: Product>(context: &ContextObject, product: P) -> Result<()> {
    let cell = PayloadCell(ManuallyDrop::new(Arc::new(product)));
    let payload = AbiPayload_TO::from_ptr(RArc::new(cell), TD_Opaque);
    let left = context.put_product(P::NAME.into(), P::VERSION, payload);
    left.into_result().map_err(|error| decode_error(&error))
}

/// All contributions to a product, in plan order: `(scope, product)`.
pub fn product_of<P: Product>(context: &ContextObject) -> Result<Vec<(String, Arc<P>)>> {
    let contributions = context.products(P::NAME.into()).into_result().map_err(|error| decode_error(&error))?;
    let mut products = Vec::with_capacity(contributions.len());
    for contribution in contributions {
        let scope = contribution.scope.to_string();
        if contribution.version != P::VERSION {
            return Err(Error::msg(format!(
                "the product `{}` of `{scope}` has version {}, this plugin knows version {}",
                P::NAME,
                contribution.version,
                P::VERSION
            ))
            .hint("rebuild the plugin that is older against the newer definition of the product"));
        }
        let payload = &contribution.payload;
        if payload.owner() == owner() && payload.type_tag() == type_tag::<P>() {
            // SAFETY: owner and tag say that this dylib made the payload as `PayloadCell<P>`; `raw` is the address of
            // its `Arc<P>`, which lives as long as `contribution`.
            let product = unsafe { &*(payload.raw() as *const Arc<P>) }.clone();
            products.push((scope, product));
        } else {
            products.push((scope, decoded(contribution.id, payload)?));
        }
    }
    Ok(products)
}

type Decoded = HashMap<(u64, TypeId), Weak<dyn Any + Send + Sync>>;

/// A foreign product, decoded once for this dylib while somebody holds it.
fn decoded<P: Product>(id: u64, payload: &super::PayloadObject) -> Result<Arc<P>> {
    static DECODED: Mutex<Option<Decoded>> = Mutex::new(None);
    let key = (id, TypeId::of::<P>());
    let known = |map: &mut Option<Decoded>| map.as_ref()?.get(&key)?.upgrade();
    if let Some(product) = known(&mut DECODED.lock().unwrap_or_else(PoisonError::into_inner)) {
        return product.downcast().map_err(|_| Error::msg("a decoded product has another type than its key says"));
    }
    let bytes = payload.encode().into_result().map_err(|error| decode_error(&error))?;
    let product: Arc<P> = Arc::new(decode(&bytes)?);
    let mut guard = DECODED.lock().unwrap_or_else(PoisonError::into_inner);
    let map = guard.get_or_insert_default();
    map.retain(|_, product| product.strong_count() > 0);
    let weak: Weak<P> = Arc::downgrade(&product);
    map.insert(key, weak);
    Ok(product)
}
