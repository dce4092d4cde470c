//! What every program of the suite shares: ports, configuration, signals, supervision, telemetry and the gRPC server's chassis.

pub mod config;
pub mod followers;
pub mod grpc;
pub mod ports;
pub mod status;

pub use config::Config;
pub use ports::Ports;
