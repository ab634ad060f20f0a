//! The root of a plugin: what the host finds by name in the library.

use super::{AbiResult, RegistrarObject, guard, log};
use crate::{Backend, Registrar, wire};
use abi_stable::StableAbi;
use abi_stable::library::RootModule;
use abi_stable::sabi_types::VersionStrings;
use abi_stable::std_types::RStr;
use abi_stable::{declare_root_module_statics, package_version_strings};

/// The root module; grows by appending fields.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = BackendModule_Ref, prefix_fields = BackendModule_Prefix)))]
#[sabi(missing_field(option))]
pub struct BackendModule {
    pub name: RStr<'static>,
    #[sabi(last_prefix_field)]
    pub register: extern "C" fn(RegistrarObject<'_>) -> AbiResult<()>,
}

impl RootModule for BackendModule_Ref {
    declare_root_module_statics! {BackendModule_Ref}
    const BASE_NAME: &'static str = "pants_backend";
    const NAME: &'static str = "pants-plugin-api";
    const VERSION_STRINGS: VersionStrings = package_version_strings!();
}

/// Called by the exported `register`: everything is collected first, then handed over.
#[doc(hidden)]
pub fn __register<B: Backend>(mut host: RegistrarObject<'_>) -> AbiResult<()> {
    log::install(host.log_sink());
    guard(|| {
        let mut registrar = Registrar::default();
        B::register(&mut registrar)?;
        registrar.check()?;
        let to_error = |error| super::decode_error(&error);
        let document = wire::encode(&registrar.document)?;
        host.call(wire::REGISTER, document.as_slice().into()).into_result().map_err(to_error)?;
        for (document, task) in registrar.tasks {
            let document = wire::encode(&document)?;
            host.add_task(document.as_slice().into(), task).into_result().map_err(to_error)?;
        }
        for (document, callback) in registrar.macros {
            let document = wire::encode(&document)?;
            host.add_macro(document.as_slice().into(), callback).into_result().map_err(to_error)?;
        }
        Ok(())
    })
}

/// What the macro's expansion names.
#[doc(hidden)]
pub mod rt {
    pub use abi_stable::library::{__call_root_module_loader, CheckTypeLayout, LibHeader, RootModuleResult};
    pub use abi_stable::prefix_type::PrefixTypeTrait;
    pub use abi_stable::std_types::RStr;
}

/// Exports a [`Backend`](crate::Backend) from a `cdylib`: `export_backend!(Acme, id = "acme.backend")`.
///
/// With `min_host_minor = N`, hosts of an older minor of the API refuse the plugin.
#[macro_export]
macro_rules! export_backend {
    ($backend:ty, id = $id:literal) => {
        $crate::export_backend!($backend, id = $id, min_host_minor = 0);
    };
    ($backend:ty, id = $id:literal, min_host_minor = $minor:literal) => {
        // Two symbols with fixed names are what makes a dylib a plugin.
        #[allow(unsafe_code)]
        const _: () = {
            extern "C" fn register(host: $crate::abi::RegistrarObject<'_>) -> $crate::abi::AbiResult<()> {
                $crate::abi::__register::<$backend>(host)
            }
            fn load() -> $crate::abi::BackendModule_Ref {
                use $crate::abi::rt::PrefixTypeTrait as _;
                $crate::abi::BackendModule { name: $crate::abi::rt::RStr::from_str(env!("CARGO_PKG_NAME")), register }
                    .leak_into_prefix()
            }
            extern "C" fn erased() -> $crate::abi::rt::RootModuleResult {
                $crate::abi::rt::__call_root_module_loader(load)
            }
            #[unsafe(no_mangle)]
            pub static PANTS_PLUGIN_HEADER: $crate::PluginHeader =
                $crate::PluginHeader::new($id, env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"), $minor);
            // SAFETY: `erased` loads the module whose layout is recorded beside it.
            #[unsafe(export_name = "PANTS_PLUGIN_ROOT")]
            pub static ROOT: $crate::abi::rt::LibHeader = unsafe {
                $crate::abi::rt::LibHeader::from_constructor::<$crate::abi::BackendModule_Ref>(
                    erased,
                    $crate::abi::rt::CheckTypeLayout::Yes,
                )
            };
        };
    };
}
