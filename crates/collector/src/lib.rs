//! Takes in public posts: normalises each network's wire and publishes what it says.
