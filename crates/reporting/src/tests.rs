//! Tests across the crate: the fold and the reports over real stores, and the services over gRPC.

mod asked;
mod cascade;
mod compare;
mod distinct;
mod feed;
mod grpc;
mod naive;
mod order;
mod recent;
mod replay;
mod rolled_up;
mod scale;
mod suite;
mod together;
mod watch;
mod world;
