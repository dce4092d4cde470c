//! Which addresses of the network may be connected to: public ones, so that no post can make the collector speak to the machines around
//! it. Checked on the very address that is connected to, whatever its name said before. What is asked there is not known here.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Why a page is not asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{target}` {reason}")]
pub(super) struct Forbidden {
    target: String,
    reason: &'static str,
}

impl Forbidden {
    fn new(target: impl Into<String>, reason: &'static str) -> Self {
        let target = crate::normalise::clip(&target.into()).into_owned();
        Self { target, reason }
    }
}

/// Stands between a client and the network: as its resolver it lets through only addresses that may be connected to.
#[derive(Clone)]
pub(super) struct Gate {
    names: Arc<dyn Resolve>,
    /// Addresses let through although they are not public.
    allowed: Arc<HashSet<SocketAddr>>,
}

impl Gate {
    pub(super) fn new(names: Arc<dyn Resolve>, allowed: impl IntoIterator<Item = SocketAddr>) -> Self {
        Self {
            names,
            allowed: Arc::new(allowed.into_iter().collect()),
        }
    }

    /// Whether a page may be asked for, as far as its address says by itself: a client does not look up what is an address already.
    pub(super) fn admits(&self, url: &Url) -> Result<(), Forbidden> {
        let standard = match url.scheme() {
            "http" => 80,
            "https" => 443,
            _ => {
                return Err(Forbidden::new(
                    url.as_str(),
                    "is no page of the web: only http and https are followed",
                ));
            }
        };
        let literal = match url.host() {
            Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
            Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
            Some(Host::Domain(_)) => None,
            None => return Err(Forbidden::new(url.as_str(), "has no host")),
        };
        let port = url.port().unwrap_or(standard);
        if literal.is_some_and(|ip| self.allowed.contains(&SocketAddr::new(ip, port))) {
            return Ok(());
        }
        // Given by itself, the port would also outrank that of an address that is let through by name.
        if url.port().is_some() {
            return Err(Forbidden::new(
                url.as_str(),
                "is on another port than 80 for http and 443 for https",
            ));
        }
        match literal {
            Some(ip) if !is_public(ip) => Err(Forbidden::new(url.as_str(), "is at no public address")),
            _ => Ok(()),
        }
    }

    /// Looked-up addresses come without a port; the few that are let through are named with theirs.
    fn lets_through(&self, address: &SocketAddr) -> bool {
        (address.port() == 0 && is_public(address.ip())) || self.allowed.contains(address)
    }
}

impl Resolve for Gate {
    fn resolve(&self, name: Name) -> Resolving {
        let gate = self.clone();
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found: Vec<_> = gate.names.resolve(name).await?.collect();
            let is_known = !found.is_empty();
            let open: Vec<_> = found.into_iter().filter(|address| gate.lets_through(address)).collect();
            match (open.is_empty(), is_known) {
                (false, _) => Ok(Box::new(open.into_iter()) as Addrs),
                (true, true) => Err(Forbidden::new(host, "leads to no public address").into()),
                (true, false) => Err(format!("`{host}` has no address").into()),
            }
        })
    }
}

/// Names as this machine looks them up.
pub(super) struct SystemNames;

impl Resolve for SystemNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(Box::new(found.collect::<Vec<_>>().into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one of the public network, after the special-purpose registries of IANA (RFC 6890 and its updates).
pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let octets = ip.octets();
    let is_special = match octets {
        // This host, private, loopback.
        [0 | 10 | 127, ..] => true,
        // Carrier-grade NAT.
        [100, second, ..] => second & 0xc0 == 64,
        // Link-local.
        [169, 254, ..] => true,
        // Private.
        [172, second, ..] => second & 0xf0 == 16,
        // Protocol assignments, documentation; the relays of 6to4.
        [192, 0, 0 | 2, _] | [192, 88, 99, _] => true,
        // Private.
        [192, 168, ..] => true,
        // Benchmarks.
        [198, 18 | 19, ..] => true,
        // Documentation.
        [198, 51, 100, _] | [203, 0, 113, _] => true,
        // Multicast, reserved, broadcast.
        [first, ..] => first >= 224,
    };
    !is_special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match ip.segments() {
        // IPv4 within IPv6: mapped, and NAT64's well-known prefix.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => is_public_v4(v4(high, low)),
        // Protocol assignments, Teredo and benchmarks among them.
        [0x2001, second, ..] if second < 0x200 => false,
        // Documentation.
        [0x2001, 0x0db8, ..] => false,
        [0x3fff, second, ..] if second < 0x1000 => false,
        // 6to4.
        [0x2002, high, low, ..] => is_public_v4(v4(high, low)),
        // Only this part is given out; what lies outside is unspecified, loopback, local, link-local, multicast or reserved.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests;
