//! What every program of the suite shares: ports, configuration, signals, supervision, telemetry and the gRPC server's chassis.

pub mod ports;

pub use ports::Ports;
