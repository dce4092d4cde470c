//! Finds which posts point back at a subject, how, and where in which cascade.
