//! Logarithms of counts as integers, the same on every machine: what is put into a figure by one has to be taken out by another. Pure.

/// How many bits stand behind the point of a mantissa.
const BITS: u32 = 60;
const TEN: u64 = 10 << BITS;

/// The decimal logarithm of `number`, in thousandths, rounded down; 0 for 0. Its digits are those of the tenth powers: log10(m^10) = 10 log10(m).
pub(crate) fn log10_milli(number: u64) -> i64 {
    let digits = number.checked_ilog10().unwrap_or(0);
    let mut mantissa = ((u128::from(number.max(1)) << BITS) / 10u128.pow(digits)) as u64;
    let mut milli = i64::from(digits);
    for _ in 0..3 {
        let (power, tenths) = tenth_power(mantissa);
        mantissa = power;
        milli = milli * 10 + i64::from(tenths);
    }
    milli
}

/// The mantissa, in [1, 10), and the decimal exponent of the tenth power of a mantissa.
fn tenth_power(mantissa: u64) -> (u64, u32) {
    let square = product((mantissa, 0), (mantissa, 0));
    let eighth = product(product(square, square), product(square, square));
    product(eighth, square)
}

fn product((one, exponent): (u64, u32), (other, more): (u64, u32)) -> (u64, u32) {
    let product = (u128::from(one) * u128::from(other)) >> BITS;
    if product >= u128::from(TEN) {
        ((product / 10) as u64, exponent + more + 1)
    } else {
        (product as u64, exponent + more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn powers_of_ten_and_what_stands_right_before_them_are_exact() {
        assert_eq!(log10_milli(0), 0);
        for power in 0..20 {
            assert_eq!(log10_milli(10u64.pow(power)), i64::from(power) * 1_000);
        }
        assert_eq!(
            (log10_milli(2), log10_milli(999), log10_milli(1_001)),
            (301, 2_999, 3_000)
        );
    }

    proptest! {
        #[test]
        fn it_is_the_logarithm_rounded_down(number in 1u64..10_000_000_000) {
            let exact = (number as f64).log10() * 1_000.0;
            let found = log10_milli(number) as f64;
            prop_assert!(found <= exact + 1e-6 && exact < found + 1.0 + 1e-6, "{} for {}", found, exact);
        }
    }
}
