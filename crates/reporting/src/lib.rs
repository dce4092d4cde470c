//! Folds scored events into the store and answers for subjects and reports.
