//! What every program of the suite shares: ports, configuration, signals, supervision, telemetry and the gRPC server's chassis.

pub mod config;
pub mod coverage;
pub mod followers;
pub mod grpc;
pub mod history;
pub mod ports;
pub mod program;
pub mod signals;
pub mod status;
pub mod supervise;
pub mod telemetry;

pub use config::Config;
pub use grpc::{GrpcServer, Health, Services};
pub use ports::{Ports, runner_options};
pub use program::{Program, service_main};
pub use status::IntoStatus;
pub use supervise::Supervisor;

/// Every program of the suite allocates with `mimalloc`: stages make and drop millions of small buffers on many threads, which the
/// system's allocator takes up to a third of the processor for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
