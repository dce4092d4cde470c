//! Which partition a key belongs to: one rule for both adapters.

/// The partition of `key` among `partitions`: Murmur2 as Kafka's own clients have always used it, so that records written by any of
/// them lie where ours do. The same key and count give the same partition for ever; an answer that changed would tear keys' order apart.
pub fn partition_of(key: &[u8], partitions: u32) -> u32 {
    (murmur2(key) & 0x7fff_ffff) % partitions.max(1)
}

/// Austin Appleby's 32-bit MurmurHash2 with the seed that Kafka chose.
fn murmur2(data: &[u8]) -> u32 {
    const SEED: u32 = 0x9747_b28c;
    const M: u32 = 0x5bd1_e995;
    // Kafka counts in 32 bits, and no key comes near that.
    let mut hash = SEED ^ data.len() as u32;
    let mut words = data.chunks_exact(4);
    for word in &mut words {
        let mut k = u32::from_le_bytes([word[0], word[1], word[2], word[3]]).wrapping_mul(M);
        k = (k ^ (k >> 24)).wrapping_mul(M);
        hash = hash.wrapping_mul(M) ^ k;
    }
    let rest = words.remainder();
    if !rest.is_empty() {
        for (place, byte) in rest.iter().enumerate() {
            hash ^= u32::from(*byte) << (8 * place);
        }
        hash = hash.wrapping_mul(M);
    }
    hash = (hash ^ (hash >> 13)).wrapping_mul(M);
    hash ^ (hash >> 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lie_where_every_kafka_client_looks_for_them() {
        // The figures that Kafka's Java client gives for these keys.
        for (key, hash) in [("21", -973_932_308), ("foobar", -790_332_482), ("abc", 479_470_107)] {
            assert_eq!(murmur2(key.as_bytes()) as i32, hash, "{key}");
        }
    }

    #[test]
    fn keys_spread_over_all_partitions_and_one_partition_takes_them_all() {
        let mut counts = [0; 8];
        for number in 0..8_000 {
            counts[partition_of(format!("post-{number}").as_bytes(), 8) as usize] += 1;
            assert_eq!(partition_of(format!("post-{number}").as_bytes(), 1), 0);
        }
        assert!(counts.iter().all(|count| (800..1_200).contains(count)), "{counts:?}");
    }
}
