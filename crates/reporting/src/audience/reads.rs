//! Reads the audiences of accounts, as far as follow edges are known.

use backtweet_domain::AccountId;
use backtweet_domain::reach::Sketch;
use backtweet_store::{LookUp, Store, StoreError};

use super::account::Kept;
use super::{record, slot};

/// How many audiences go into one round trip: up to 12 KiB each.
const ROUND_TRIP: usize = 500;

/// Who follows each account, as far as is known: an empty sketch where nothing is.
pub(crate) async fn audiences(store: &dyn Store, accounts: &[&AccountId]) -> Result<Vec<Sketch>, StoreError> {
    let mut audiences = Vec::with_capacity(accounts.len());
    for accounts in accounts.chunks(ROUND_TRIP) {
        let keys = accounts.iter().map(|account| slot::audience(&account.to_string()));
        let look_ups: Vec<_> = keys.map(LookUp::Record).collect();
        for (account, found) in accounts.iter().zip(store.read(&look_ups).await?) {
            let sketch = record(&found).and_then(Kept::read).and_then(|kept| kept.sketch());
            audiences.push(sketch.map_err(|reason| StoreError::Corrupt {
                key: slot::audience(&account.to_string()).slot,
                reason,
            })?);
        }
    }
    Ok(audiences)
}
