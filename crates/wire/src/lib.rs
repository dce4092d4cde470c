//! Generated protobuf records and gRPC services, and their conversions to and from the domain. No I/O.

pub mod convert;
pub mod record;
pub mod topics;

mod error;

pub use convert::WireEnum;
pub use error::WireError;

/// What `proto/backtweet/v1` generates. Its documentation is the comments there.
#[allow(missing_docs, clippy::all)]
pub mod v1 {
    tonic::include_proto!("backtweet.v1");
}

/// The compiled descriptors of `proto/`, for gRPC reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
