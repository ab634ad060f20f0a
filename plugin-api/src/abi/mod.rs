//! The boundary: every type here is `#[repr(C)]` and layout-checked when a plugin is loaded.
//!
//! Used by [`export_backend!`](crate::export_backend) and by the host's plugin loader alone. It is the one module that
//! names `abi_stable`; the rest of the crate sees the aliases and functions below. Layouts should never change: the
//! boundary grows through `call(op, bytes)` and documents with names.

#![allow(non_camel_case_types, non_local_definitions, missing_docs)]
// Sound because: the only unsafe code reads a product back as the type whose tag and owner were compared first, and
// builds the library header from this very module's root type.
#![allow(unsafe_code)]

mod log;
mod root;
mod shims;

pub use log::{LOG_PANIC, log_level_number};
pub use root::{__register, BackendModule, BackendModule_Ref, rt};
pub use shims::{
    borrowed_callback, call_context, call_context_with, context_error, context_of, decode_error, encode_error, guard,
    macro_callback, product_of, put_product, task_type_object,
};

use abi_stable::sabi_types::{RMut, RRef};
use abi_stable::std_types::{RArc, RBox, ROption, RResult, RSlice, RStr, RString, RVec, Tuple2};
use abi_stable::{StableAbi, sabi_trait};

/// An error on the wire: a [`crate::Error`] as a document.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct AbiError {
    pub document: RVec<u8>,
}

pub type AbiResult<T> = RResult<T, AbiError>;

/// What a plugin logs goes here.
#[sabi_trait]
pub trait AbiLog: Send + Sync {
    fn enabled(&self, level: u8, target: RStr<'_>) -> bool;
    #[sabi(last_prefix_field)]
    fn log(&self, level: u8, target: RStr<'_>, message: RStr<'_>);
}
pub type LogObject = AbiLog_TO<'static, RArc<()>>;

/// A product held by the host: encoded only when another dylib asks.
#[sabi_trait]
pub trait AbiPayload: Send + Sync {
    /// An address that is unique to the dylib that made it.
    fn owner(&self) -> usize;
    /// The type, as far as that dylib is concerned.
    fn type_tag(&self) -> Tuple2<u64, u64>;
    /// The address of the `Arc` that holds it; valid while this object lives.
    fn raw(&self) -> usize;
    #[sabi(last_prefix_field)]
    fn encode(&self) -> AbiResult<RVec<u8>>;
}
pub type PayloadObject = AbiPayload_TO<'static, RArc<()>>;

/// One contribution to a product.
#[repr(C)]
#[derive(StableAbi)]
pub struct AbiContribution {
    /// Unique in the host process, so that a dylib may remember what it decoded.
    pub id: u64,
    /// The scope of the task that left it.
    pub scope: RString,
    pub version: u32,
    pub payload: PayloadObject,
}

/// A function of the plugin that the host may call.
#[sabi_trait]
pub trait AbiCallback: Send + Sync {
    #[sabi(last_prefix_field)]
    fn invoke(&self, op: u32, context: ROption<ContextObject>, request: RSlice<'_, u8>) -> AbiResult<RVec<u8>>;
}
/// A callback that lives as long as the plugin: a macro.
pub type CallbackBox = AbiCallback_TO<'static, RArc<()>>;
/// A callback that lives for one call: the jobs of a task.
pub type CallbackRef<'a> = AbiCallback_TO<'a, RRef<'a, ()>>;

/// The world of a task, of its class side, or of a macro.
#[sabi_trait]
pub trait AbiContext: Send + Sync {
    fn call(&self, op: u32, request: RSlice<'_, u8>) -> AbiResult<RVec<u8>>;
    fn call_with(&self, op: u32, request: RSlice<'_, u8>, callback: CallbackRef<'_>) -> AbiResult<RVec<u8>>;
    fn put_product(&self, name: RStr<'_>, version: u32, payload: PayloadObject) -> AbiResult<()>;
    fn products(&self, name: RStr<'_>) -> AbiResult<RVec<AbiContribution>>;
    #[sabi(last_prefix_field)]
    fn is_cancelled(&self) -> bool;
}
pub type ContextObject = AbiContext_TO<'static, RArc<()>>;

/// An instance of a task.
#[sabi_trait]
pub trait AbiTask: Send {
    #[sabi(last_prefix_field)]
    fn call(&mut self, op: u32, context: ContextObject, request: RSlice<'_, u8>) -> AbiResult<RVec<u8>>;
}
pub type TaskObject = AbiTask_TO<'static, RBox<()>>;

/// The class side of a task.
#[sabi_trait]
pub trait AbiTaskType: Send + Sync {
    fn call(&self, op: u32, context: ROption<ContextObject>, request: RSlice<'_, u8>) -> AbiResult<RVec<u8>>;
    #[sabi(last_prefix_field)]
    fn construct(&self, context: ContextObject) -> AbiResult<TaskObject>;
}
pub type TaskTypeObject = AbiTaskType_TO<'static, RBox<()>>;

/// Takes what a backend registers.
#[sabi_trait]
pub trait AbiRegistrar {
    fn log_sink(&self) -> LogObject;
    fn call(&mut self, op: u32, document: RSlice<'_, u8>) -> AbiResult<()>;
    fn add_task(&mut self, document: RSlice<'_, u8>, task: TaskTypeObject) -> AbiResult<()>;
    #[sabi(last_prefix_field)]
    fn add_macro(&mut self, document: RSlice<'_, u8>, callback: CallbackBox) -> AbiResult<()>;
}
pub type RegistrarObject<'a> = AbiRegistrar_TO<'a, RMut<'a, ()>>;
