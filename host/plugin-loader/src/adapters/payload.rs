//! Products: the host keeps what a plugin left and never looks inside.
//!
//! A consumer in the same dylib gets the very object back and shares its content; a consumer in another one has it
//! encoded.

use crate::convert;
use abi_stable::sabi_trait::TD_Opaque;
use abi_stable::std_types::{RArc, RResult, RVec, Tuple2};
use pants_engine::{Payload, TaskError};
use plugin_api::abi::{self, AbiPayload, AbiPayload_TO, AbiResult, PayloadObject};
use std::any::Any;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// Content that a plugin left.
pub(super) struct PayloadAdapter {
    object: PayloadObject,
    plugin: Arc<str>,
    id: u64,
    encoded: OnceLock<Arc<[u8]>>,
}

impl PayloadAdapter {
    pub(super) fn new(object: PayloadObject, plugin: Arc<str>) -> Self {
        Self { object, plugin, id: next_id(), encoded: OnceLock::new() }
    }
}

impl Payload for PayloadAdapter {
    fn encoded(&self) -> Result<Arc<[u8]>, TaskError> {
        if let Some(bytes) = self.encoded.get() {
            return Ok(bytes.clone());
        }
        let bytes = self.object.encode().into_result();
        let bytes = bytes.map_err(|error| convert::task_error(abi::decode_error(&error), &self.plugin))?;
        Ok(self.encoded.get_or_init(|| Arc::from(bytes.as_slice())).clone())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Content as a plugin sees it, with an id under which a dylib may remember what it decoded.
pub(super) fn payload_object(payload: &Arc<dyn Payload>) -> (u64, PayloadObject) {
    match payload.as_any().downcast_ref::<PayloadAdapter>() {
        Some(adapter) => (adapter.id, AbiPayload_TO::from_sabi(adapter.object.obj.shallow_clone())),
        None => (next_id(), AbiPayload_TO::from_ptr(RArc::new(HostPayload(payload.clone())), TD_Opaque)),
    }
}

fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Content that a task of the host left: no dylib owns it, so everybody has it encoded.
struct HostPayload(Arc<dyn Payload>);

impl AbiPayload for HostPayload {
    fn owner(&self) -> usize {
        0
    }

    fn type_tag(&self) -> Tuple2<u64, u64> {
        Tuple2(0, 0)
    }

    fn raw(&self) -> usize {
        0
    }

    fn encode(&self) -> AbiResult<RVec<u8>> {
        match self.0.encoded() {
            Ok(bytes) => RResult::ROk(RVec::from(&*bytes)),
            Err(error) => RResult::RErr(abi::encode_error(&convert::wire_error(&error))),
        }
    }
}
