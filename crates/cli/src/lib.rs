//! The backtweet program: all services in one process, and the client of a running suite.
