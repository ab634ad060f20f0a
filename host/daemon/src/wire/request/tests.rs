//! What a request means, and that everything else is an error of its own.
