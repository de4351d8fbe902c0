import { assertEquals } from "@std/assert";
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { isPublicAddress } from "../../src/delivery/public_address.ts";

/**
 * IANA's special-purpose registries of IPv4 and IPv6, each block with its first and last address,
 * and the tunnel and translation prefixes that carry an IPv4 address inside.
 */
const notPublic: [block: string, ...addresses: string[]][] = [
  ["0.0.0.0/8 this network", "0.0.0.0", "0.255.255.255"],
  ["10.0.0.0/8 private", "10.0.0.0", "10.255.255.255"],
  ["100.64.0.0/10 shared (CGNAT)", "100.64.0.0", "100.127.255.255"],
  ["127.0.0.0/8 loopback", "127.0.0.0", "127.0.0.1", "127.255.255.255"],
  ["168.63.129.16/32, Azure's machine-local services", "168.63.129.16"],
  [
    "169.254.0.0/16 link local, cloud metadata",
    "169.254.0.0",
    "169.254.169.254",
    "169.254.255.255",
  ],
  ["172.16.0.0/12 private", "172.16.0.0", "172.31.255.255"],
  ["192.0.0.0/24 protocol assignments", "192.0.0.0", "192.0.0.192", "192.0.0.255"],
  ["192.0.2.0/24 documentation", "192.0.2.0", "192.0.2.255"],
  ["192.88.99.0/24 6to4 relay", "192.88.99.0", "192.88.99.255"],
  ["192.168.0.0/16 private", "192.168.0.0", "192.168.255.255"],
  ["198.18.0.0/15 benchmarking", "198.18.0.0", "198.19.255.255"],
  ["198.51.100.0/24 documentation", "198.51.100.0", "198.51.100.255"],
  ["203.0.113.0/24 documentation", "203.0.113.0", "203.0.113.255"],
  ["224.0.0.0/4 multicast", "224.0.0.0", "239.255.255.255"],
  ["240.0.0.0/4 reserved", "240.0.0.0", "255.255.255.254"],
  ["255.255.255.255 broadcast", "255.255.255.255"],
  ["::/128 unspecified", "::"],
  ["::1/128 loopback", "::1", "0:0:0:0:0:0:0:1"],
  ["::/96 IPv4-compatible", "::8.8.8.8", "::10.0.0.1"],
  [
    "::ffff:0:0/96 IPv4-mapped, of a private one",
    "::ffff:10.0.0.1",
    "::ffff:7f00:1",
    "::FFFF:a9fe:a9fe",
  ],
  ["::ffff:0:0:0/96 IPv4-translated", "::ffff:0:8.8.8.8", "::ffff:0:10.0.0.1"],
  ["64:ff9b::/96 NAT64", "64:ff9b::8.8.8.8", "64:ff9b::10.0.0.1", "64:ff9b::ffff:ffff"],
  ["64:ff9b:1::/48 local NAT64", "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"],
  ["100::/64 discard", "100::", "100::ffff:ffff:ffff:ffff"],
  ["100:0:0:1::/64 dummy", "100:0:0:1::1"],
  ["2001::/32 Teredo", "2001::", "2001:0:ffff::1"],
  [
    "2001::/23 protocol assignments",
    "2001:2::",
    "2001:10::1",
    "2001:20::1",
    "2001:30::1",
    "2001:1ff::1",
  ],
  ["2001:db8::/32 documentation", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["2002::/16 6to4", "2002::", "2002:7f00:1::", "2002:0808:0808::1"],
  ["3fff::/20 documentation", "3fff::", "3fff:fff::1"],
  ["5f00::/16 SRv6", "5f00::", "5f00:ffff::1"],
  ["fc00::/7 unique local", "fc00::", "fd00:ec2::254", "fdff::1"],
  ["fe80::/10 link local", "fe80::1", "febf::1"],
  ["fec0::/10 site local", "fec0::", "feff::1"],
  ["ff00::/8 multicast", "ff02::1", "ff0e::1"],
  [
    "outside 2000::/3, not given out",
    "200::1",
    "400::1",
    "1000::1",
    "4000::1",
    "9000::1",
    "fe00::1",
  ],
  ["a zone", "fe80::1%eth0", "2606:4700::1111%1"],
  [
    "no address",
    "",
    "example.com",
    "1.2.3",
    "1.2.3.4.5",
    "256.1.1.1",
    "[::1]",
    "1.1.1.1/32",
    "0x7f.1",
  ],
  ["numbers", "2130706433", "0x7f000001", "017700000001", "127.1", "010.0.0.1"],
];

for (const [block, ...addresses] of notPublic) {
  for (const address of addresses) {
    Deno.test(`isPublicAddress() refuses ${address || "an empty string"} (${block})`, () => {
      assertEquals(isPublicAddress(address), false);
    });
  }
}

// The addresses next to the blocks above are public.
const isPublic = [
  "1.1.1.1",
  "8.8.8.8",
  "9.255.255.255",
  "11.0.0.0",
  "100.63.255.255",
  "100.128.0.0",
  "126.255.255.255",
  "128.0.0.0",
  "169.253.255.255",
  "169.255.0.0",
  "172.15.255.255",
  "172.32.0.0",
  "192.0.1.0",
  "192.167.255.255",
  "192.169.0.0",
  "198.17.255.255",
  "198.20.0.0",
  "223.255.255.255",
  "2606:4700:4700::1111",
  "2a00:1450:4001:80b::200e",
  "2001:200::1",
  "2003::1",
];

for (const address of isPublic) {
  Deno.test(`isPublicAddress() accepts ${address}`, () => {
    assertEquals(isPublicAddress(address), true);
  });
}

const GLOBAL_UNICAST_V6 = ipaddr.IPv6.parseCIDR("2000::/3");

/** First groups of which many blocks are special. */
const group = fc.oneof(
  fc.integer({ min: 0, max: 0xffff }),
  fc.constantFrom(0, 1, 0x64, 0x100, 0x2001, 0x2002, 0x2620, 0x3fff, 0xff9b, 0xffff, 0xdb8, 0x4f),
);

Deno.test("isPublicAddress() says what the registries in ipaddr.js say, of any address", () => {
  const byte = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(0, 10, 100, 169, 192, 198),
  );
  fc.assert(
    fc.property(fc.array(byte, { minLength: 4, maxLength: 4 }), (bytes) => {
      const address = bytes.join(".");
      assertEquals(isPublicAddress(address), ipaddr.IPv4.parse(address).range() === "unicast");
    }),
    { numRuns: 5_000 },
  );
  fc.assert(
    fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
      const address = new ipaddr.IPv6(groups);
      const isPublic = address.range() === "unicast" && address.match(GLOBAL_UNICAST_V6);
      assertEquals(isPublicAddress(address.toString()), isPublic, address.toString());
    }),
    { numRuns: 5_000 },
  );
});
