//! SHA-256, HMAC-SHA256, hexadecimal, and a comparison that tells nothing by its time.
//!
//! Both sides sign with HMAC-SHA256: BigCommerce its payloads, KOMOJU its webhooks. This is plain arithmetic, so the
//! protocols may use it. What needs the platform (sealing, random numbers) is in the worker's `crypto`.

use ctutils::CtEq;
pub use hex::encode as hex;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// HMAC-SHA256 of the parts, one after the other. The caller makes sure that no two lists of parts join to the same
/// text: `["ab", "c"]` and `["a", "bc"]` would have one signature.
pub fn hmac_parts(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    hmac(key, parts).finalize().into_bytes().into()
}

/// Lower-case hexadecimal SHA-256.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(Sha256::digest(bytes))
}

/// True if `mac` is the HMAC-SHA256 of the parts. Compares in constant time.
pub fn is_mac(key: &[u8], parts: &[&[u8]], mac: &[u8]) -> bool {
    hmac(key, parts).verify_slice(mac).is_ok()
}

/// True if `mac` is the beginning of the parts' HMAC-SHA256, cut to exactly so many bytes. Compares in constant time.
pub fn is_cut_mac(key: &[u8], parts: &[&[u8]], mac: &[u8], length: usize) -> bool {
    mac.len() == length && hmac(key, parts).verify_truncated_left(mac).is_ok()
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac
}

/// Equality, in a time that depends on the lengths only: an attacker who measures it learns nothing about a secret.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).to_bool()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_vectors() {
        // RFC 4231, test case 2, and FIPS 180-4's "abc".
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex(hmac_parts(b"Jefe", &[b"what do ya want for nothing?"])), expected);
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256_hex(b"abc"), abc);
    }

    #[test]
    fn a_mac_is_verified_whole_or_cut_to_its_length() {
        let mac = hmac_parts(b"Jefe", &[b"what do ya want for nothing?"]);
        let parts: [&[u8]; 2] = [b"what do ya want ", b"for nothing?"];
        assert!(is_mac(b"Jefe", &parts, &mac) && is_cut_mac(b"Jefe", &parts, &mac[..16], 16));
        let mut other = mac;
        other[31] ^= 1;
        let longer = [&mac[..], &[0]].concat();
        for wrong in [&other[..], &mac[..16], &mac[1..], &longer, b""] {
            assert!(!is_mac(b"Jefe", &parts, wrong), "{wrong:?}");
        }
        for wrong in [&mac[1..17], &mac[..15], &mac[..17], b""] {
            assert!(!is_cut_mac(b"Jefe", &parts, wrong, 16), "{wrong:?}");
        }
    }

    #[test]
    fn same_is_equality() {
        assert!(same(b"", b"") && same(b"abc", b"abc"));
        assert!(!same(b"abc", b"abd") && !same(b"abc", b"ab") && !same(b"", b"a"));
    }
}
