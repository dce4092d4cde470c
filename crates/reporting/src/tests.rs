//! Tests across the crate: the fold and the reports over real stores, and the services over gRPC.

mod cascade;
mod grpc;
mod naive;
mod order;
mod replay;
mod suite;
mod watch;
mod world;
