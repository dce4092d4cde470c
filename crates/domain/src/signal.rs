//! Signal strength: how much a backtweet is worth, by a published formula.
