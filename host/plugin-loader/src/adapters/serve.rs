//! Lends something borrowed to a plugin for the length of one call.
//!
//! A context object is owned and may be kept; what planning and macros work on is borrowed. So the plugin runs on a
//! thread of its own, and what it asks comes back over a channel to the thread that has the borrow. When the call is
//! over, the channel closes: a context that was kept answers with an error, never with a dangling reference.

use abi_stable::sabi_trait::TD_Opaque;
use abi_stable::std_types::{RArc, RResult, RSlice, RStr, RVec};
use plugin_api::abi::{
    self, AbiContext, AbiContext_TO, AbiContribution, AbiResult, CallbackRef, ContextObject, PayloadObject,
};
use plugin_api::{Error, ErrorKind};
use std::sync::mpsc::{self, Sender};
use std::thread;

/// Answers what a plugin asks its context: the operation and the request's document.
pub(super) trait Serve {
    /// The document of the answer.
    fn serve(&mut self, op: u32, request: &[u8]) -> Result<Vec<u8>, Error>;
}

enum Message<R> {
    Ask { op: u32, request: Vec<u8>, answer: Sender<Result<Vec<u8>, Error>> },
    Done(thread::Result<R>),
}

/// Runs `call` with a context that `server` answers, until `call` returns.
pub(super) fn lend<R: Send + 'static>(server: &mut dyn Serve, call: impl FnOnce(ContextObject) -> R + Send) -> R {
    thread::scope(|scope| {
        let (sender, messages) = mpsc::channel();
        let asks = sender.clone();
        let shim = LentContext {
            ask: Box::new(move |op, request| {
                let (answer, answered) = mpsc::channel();
                asks.send(Message::Ask { op, request, answer }).map_err(|_| closed())?;
                answered.recv().map_err(|_| closed())?
            }),
        };
        let context = AbiContext_TO::from_ptr(RArc::new(shim), TD_Opaque);
        // What the plugin logs belongs to whoever called it.
        let span = tracing::Span::current();
        scope.spawn(move || {
            let _of_the_caller = span.enter();
            // The plugin's side catches its own panics; were one to arrive here, it is the caller's.
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| call(context)));
            // Nobody listens only when the serving side panicked, and then that panic is the one to report.
            let _ = sender.send(Message::Done(result));
        });
        loop {
            match messages.recv().expect("the spawned thread sends `Done` before its sender is dropped") {
                Message::Ask { op, request, answer } => {
                    // A plugin that stopped waiting needs no answer.
                    let _ = answer.send(server.serve(op, &request));
                }
                Message::Done(result) => return result.unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            }
        }
    })
}

fn closed() -> Error {
    Error::msg("a context was used after the call that it belongs to had ended")
}

/// The answer to an operation that a kind of context does not have.
pub(super) fn unsupported(op: u32, place: &str) -> Error {
    let message = format!("operation {op} is not known {place}");
    Error { kind: ErrorKind::Unsupported, ..Error::msg(message) }
}

/// Takes an operation and its request to the thread that has the borrow, and waits for the answer.
type Ask = dyn Fn(u32, Vec<u8>) -> Result<Vec<u8>, Error> + Send + Sync;

struct LentContext {
    ask: Box<Ask>,
}

impl AbiContext for LentContext {
    fn call(&self, op: u32, request: RSlice<'_, u8>) -> AbiResult<RVec<u8>> {
        abi::guard(|| (self.ask)(op, request.to_vec()).map(Into::into))
    }

    fn call_with(&self, op: u32, _request: RSlice<'_, u8>, _callback: CallbackRef<'_>) -> AbiResult<RVec<u8>> {
        RResult::RErr(abi::encode_error(&unsupported(op, "while planning or in a macro")))
    }

    fn put_product(&self, name: RStr<'_>, _version: u32, _payload: PayloadObject) -> AbiResult<()> {
        RResult::RErr(abi::encode_error(&no_products(name.as_str())))
    }

    fn products(&self, name: RStr<'_>) -> AbiResult<RVec<AbiContribution>> {
        RResult::RErr(abi::encode_error(&no_products(name.as_str())))
    }

    fn is_cancelled(&self) -> bool {
        false
    }
}

fn no_products(name: &str) -> Error {
    Error::msg(format!("there are no products while planning or in a macro, so `{name}` is out of reach"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// Counts what it is asked, in a borrowed vector.
    struct Recorder<'a>(&'a mut Vec<u32>);

    impl Serve for Recorder<'_> {
        fn serve(&mut self, op: u32, request: &[u8]) -> Result<Vec<u8>, Error> {
            self.0.push(op);
            if op == 99 { Err(unsupported(op, "here")) } else { Ok(request.to_vec()) }
        }
    }

    fn ask(context: &ContextObject, op: u32) -> Result<Vec<u8>, String> {
        let answer = context.call(op, b"hello".as_slice().into()).into_result();
        answer.map(Into::into).map_err(|error| abi::decode_error(&error).message)
    }

    #[test]
    fn what_is_lent_answers_until_the_call_ends() {
        let mut asked = Vec::new();
        let kept = Mutex::new(None);
        let answer = lend(&mut Recorder(&mut asked), |context| {
            let answer = ask(&context, 1);
            assert_eq!(ask(&context, 99).unwrap_err(), "operation 99 is not known here");
            *kept.lock().unwrap() = Some(context);
            answer
        });
        assert_eq!(answer.unwrap(), b"hello");
        assert_eq!(asked, [1, 99]);
        let kept = kept.into_inner().unwrap().unwrap();
        assert_eq!(ask(&kept, 1).unwrap_err(), "a context was used after the call that it belongs to had ended");
    }
}
