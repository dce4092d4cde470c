//! Every range that must stay closed, in every form that it can be written in.

use proptest::prelude::*;

use super::*;

/// The ranges of IPv4 that are not public, as address and prefix length.
const CLOSED_V4: &[(&str, u32)] = &[
    ("0.0.0.0", 8),
    ("10.0.0.0", 8),
    ("100.64.0.0", 10),
    ("127.0.0.0", 8),
    ("169.254.0.0", 16),
    ("172.16.0.0", 12),
    ("192.0.0.0", 24),
    ("192.0.2.0", 24),
    ("192.88.99.0", 24),
    ("192.168.0.0", 16),
    ("198.18.0.0", 15),
    ("198.51.100.0", 24),
    ("203.0.113.0", 24),
    ("224.0.0.0", 4),
    ("240.0.0.0", 4),
];

/// Those of IPv6, without the forms of IPv4.
const CLOSED_V6: &[(&str, u32)] = &[
    ("::", 128),
    ("::1", 128),
    ("64:ff9b:1::", 48),
    ("100::", 64),
    ("2001::", 32),
    ("2001:2::", 48),
    ("2001:10::", 28),
    ("2001:20::", 28),
    ("2001:db8::", 32),
    ("3fff::", 20),
    ("5f00::", 16),
    ("fc00::", 7),
    ("fe80::", 10),
    ("fec0::", 10),
    ("ff00::", 8),
];

fn v4(text: &str) -> u32 {
    text.parse::<Ipv4Addr>().unwrap().into()
}

fn v6(text: &str) -> u128 {
    text.parse::<Ipv6Addr>().unwrap().into()
}

fn is_closed_v4(ip: u32) -> bool {
    let within = |&(first, length): &(&str, u32)| (ip ^ v4(first)) >> (32 - length) == 0;
    CLOSED_V4.iter().any(within)
}

/// An IPv4 address as it can hide in IPv6: mapped, NAT64, 6to4.
fn forms(ip: u32) -> [IpAddr; 3] {
    [
        v6("::ffff:0:0") | u128::from(ip),
        v6("64:ff9b::") | u128::from(ip),
        v6("2002::") | (u128::from(ip) << 80) | 1,
    ]
    .map(|ip| IpAddr::V6(ip.into()))
}

fn gate() -> Gate {
    Gate::new(Arc::new(SystemNames), ["127.0.0.1:4000".parse().unwrap()])
}

fn admits(url: &str) -> bool {
    gate().admits(&Url::parse(url).unwrap()).is_ok()
}

#[test]
fn the_edges_of_every_closed_range_are_closed_and_what_lies_beyond_them_is_not() {
    for &(first, length) in CLOSED_V4 {
        let (first, size) = (v4(first), 1u64 << (32 - length));
        let last = (u64::from(first) + size - 1) as u32;
        for ip in [first, last] {
            assert!(!is_public(IpAddr::V4(ip.into())), "{}", Ipv4Addr::from(ip));
            assert!(
                forms(ip).into_iter().all(|form| !is_public(form)),
                "{}",
                Ipv4Addr::from(ip)
            );
        }
        for ip in [first.wrapping_sub(1), last.wrapping_add(1)] {
            assert_eq!(
                is_public(IpAddr::V4(ip.into())),
                !is_closed_v4(ip),
                "{}",
                Ipv4Addr::from(ip)
            );
        }
    }
    for ip in [
        "1.1.1.1",
        "8.8.8.8",
        "172.15.0.1",
        "172.32.0.1",
        "100.63.0.1",
        "100.128.0.1",
        "192.0.1.1",
        "223.255.255.255",
    ] {
        assert!(is_public(ip.parse().unwrap()), "{ip}");
    }
    for ip in [
        "2606:4700:4700::1111",
        "2a00:1450::1",
        "2001:4860:4860::8888",
        "64:ff9b::808:808",
        "::ffff:8.8.8.8",
    ] {
        assert!(is_public(ip.parse().unwrap()), "{ip}");
    }
}

#[test]
fn every_way_to_write_a_closed_address_as_a_link_is_seen_through() {
    for link in [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.0.0.1/",
        "http://0177.0.0.1/",
        "http://127.0.0.1./",
        "http://%31%32%37.0.0.1/",
        "http://１２７.0.0.1/",
        "http://0/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[2002:7f00:1::]/",
        "http://[::127.0.0.1]/",
        "http://[fe80::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "https://user:secret@192.168.1.1/",
    ] {
        assert!(!admits(link), "{link}");
    }
    for link in [
        "http://8.8.8.8/",
        "https://[2606:4700::1]/",
        "https://example.org/",
        "http://example.org:80/",
    ] {
        assert!(admits(link), "{link}");
    }
}

#[test]
fn other_ports_and_schemes_stay_closed_but_for_the_addresses_let_through() {
    for link in [
        "http://example.org:8080/",
        "http://example.org:443/",
        "https://example.org:80/",
        "https://8.8.8.8:22/",
        "http://127.0.0.1:4001/",
        "http://[::ffff:127.0.0.1]:4000/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "data:text/plain,hello",
    ] {
        assert!(!admits(link), "{link}");
    }
    assert!(admits("http://127.0.0.1:4000/"));
}

proptest! {
    #[test]
    fn no_address_of_a_closed_range_is_public_in_any_form(range in 0..CLOSED_V4.len(), low: u32) {
        let (first, length) = CLOSED_V4[range];
        let ip = v4(first) | (low & (u32::MAX >> length));
        prop_assert!(!is_public(IpAddr::V4(ip.into())));
        prop_assert!(forms(ip).into_iter().all(|form| !is_public(form)));
    }

    #[test]
    fn an_address_is_public_in_every_form_or_in_none(ip: u32) {
        let plain = is_public(IpAddr::V4(ip.into()));
        prop_assert_eq!(plain, !is_closed_v4(ip));
        prop_assert!(forms(ip).into_iter().all(|form| is_public(form) == plain));
    }

    #[test]
    fn no_address_of_a_closed_range_of_ipv6_is_public(range in 0..CLOSED_V6.len(), low: u128) {
        let (first, length) = CLOSED_V6[range];
        let ip = v6(first) | low.checked_rem(1u128.checked_shl(128 - length).unwrap_or(0)).unwrap_or(low);
        let ip = if length == 128 { v6(first) } else { ip };
        prop_assert!(!is_public(IpAddr::V6(ip.into())), "{}", Ipv6Addr::from(ip));
    }
}
