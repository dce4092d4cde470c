//! What crosses services is tested here.
