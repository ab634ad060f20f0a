//! pants-plugin-loader.
