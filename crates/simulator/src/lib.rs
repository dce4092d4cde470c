//! A synthetic social network with its oracle.
