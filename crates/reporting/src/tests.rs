//! Tests across the crate: the fold and the reports over real stores, and the services over gRPC.

mod as_of;
mod asked;
mod audience;
mod campaign;
mod cascade;
mod community;
mod compare;
mod distinct;
mod export;
mod feed;
mod grpc;
mod interleavings;
mod naive;
mod order;
mod pages;
mod people;
mod praise;
mod real;
mod recent;
mod replay;
mod rolled_up;
mod scale;
mod suite;
mod together;
mod watch;
mod world;
