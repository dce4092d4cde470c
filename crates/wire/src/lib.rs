//! Protobuf records and gRPC services, and their conversions to and from the domain.
