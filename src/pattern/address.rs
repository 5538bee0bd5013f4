//! Internet addresses and address blocks in patterns and events.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::error::Reason;

/// An address as its family and number. An IPv6 address that maps an IPv4 one *is* that IPv4 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Address {
    V4(u32),
    V6(u128),
}

/// A block of addresses: those that share their first `bits` bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Block {
    /// The lowest address of the block.
    pub(crate) base: Address,
    /// How many leading bits are fixed: 0–31 or 0–127.
    pub(crate) bits: u8,
}

/// Reads text as an address; `None` when it is none.
pub(crate) fn parse_address(text: &[u8]) -> Option<Address> {
    // The longest spellings with zeros in front stay far below this.
    if text.len() > 200 || !(looks_like_v4(text) || looks_like_v6(text)) {
        return None;
    }
    let text = std::str::from_utf8(text).ok()?;
    if text.contains(':') {
        let address: Ipv6Addr = text.parse().ok()?;
        return Some(
            address.to_ipv4_mapped().map_or(Address::V6(address.to_bits()), |v4| Address::V4(v4.to_bits())),
        );
    }
    // `Ipv4Addr` refuses zeros in front; Java, and so AWS, reads them as decimal.
    let mut octets = [0_u8; 4];
    let mut parts = text.split('.');
    for octet in &mut octets {
        *octet = parts.next()?.parse().ok()?;
    }
    Some(Address::V4(Ipv4Addr::from(octets).to_bits()))
}

fn looks_like_v4(text: &[u8]) -> bool {
    let mut parts = 0;
    text.split(|&byte| byte == b'.').all(|part| {
        parts += 1;
        !part.is_empty() && part.iter().all(u8::is_ascii_digit)
    }) && parts == 4
}

fn looks_like_v6(text: &[u8]) -> bool {
    text.contains(&b':') && text.iter().all(|&byte| byte == b':' || byte.is_ascii_hexdigit())
}

impl Address {
    /// The lowest address of the block of `bits` bits that holds this one.
    pub(crate) fn masked(self, bits: u8) -> Address {
        match self {
            Address::V4(number) => {
                Address::V4(number & u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0))
            }
            Address::V6(number) => {
                Address::V6(number & u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0))
            }
        }
    }

    fn is_v4(self) -> bool {
        matches!(self, Address::V4(_))
    }
}

impl Block {
    /// Reads `10.0.0.0/24` or `2001:db8::/32`.
    pub(crate) fn parse(text: &str) -> Result<Block, Reason> {
        // Trailing slashes are dropped, as Java's `split` does.
        let mut parts = text.trim_end_matches('/').split('/');
        let (Some(address), Some(bits), None) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Reason::CidrSlash);
        };
        let bits: i32 = bits.parse().map_err(|_| Reason::CidrMask)?;
        let bits = u8::try_from(bits.min(255)).map_err(|_| Reason::CidrNegativeMask)?;
        let bytes = address.as_bytes();
        let Some(found) = parse_address(bytes) else {
            return Err(if looks_like_v4(bytes) || looks_like_v6(bytes) {
                Reason::InvalidAddress(address.to_owned())
            } else {
                Reason::NonstandardAddress(address.to_owned())
            });
        };
        match found {
            Address::V4(_) if bits > 31 => Err(Reason::CidrMaskV4),
            Address::V6(_) if bits > 127 => Err(Reason::CidrMaskV6),
            _ => Ok(Block { base: found.masked(bits), bits }),
        }
    }

    /// Whether the block holds the address.
    pub(crate) fn contains(&self, address: Address) -> bool {
        address.is_v4() == self.base.is_v4() && address.masked(self.bits) == self.base
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, Block, parse_address};

    #[test]
    fn spellings_of_one_address_are_equal() {
        let v4 = parse_address(b"10.0.0.1");
        assert_eq!(v4, Some(Address::V4(0x0a00_0001)));
        assert_eq!(parse_address(b"010.000.0.01"), v4);
        assert_eq!(parse_address(b"::ffff:0a00:0001"), v4);
        assert_eq!(parse_address(b"::1"), parse_address(b"0:0:0:0:0:0:0:1"));
        for text in ["256.0.0.1", "1.2.3", "1.2.3.4.5", "1:2", "x", "", "1.2.3.+4", "fe80::1%eth0"] {
            assert_eq!(parse_address(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn blocks_hold_their_addresses_and_no_other_family() {
        let block = Block::parse("10.0.0.7/24").unwrap();
        assert!(block.contains(parse_address(b"10.0.0.255").unwrap()));
        assert!(!block.contains(parse_address(b"10.0.1.0").unwrap()));
        assert!(!block.contains(parse_address(b"a00::1").unwrap()));
        let all = Block::parse("::/0").unwrap();
        assert!(all.contains(parse_address(b"ffff::1").unwrap()));
        assert!(!all.contains(parse_address(b"1.2.3.4").unwrap()));
        assert!(Block::parse("0.0.0.0/0").unwrap().contains(parse_address(b"255.1.2.3").unwrap()));
    }
}
