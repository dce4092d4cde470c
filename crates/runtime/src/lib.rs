//! Configuration, signals, supervision, telemetry and the gRPC server's chassis.
