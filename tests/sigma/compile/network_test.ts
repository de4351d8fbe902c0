import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { contains, emptyNetwork, parseNetwork } from "../../../src/sigma/compile/network.ts";

function isInside(text: string, network: string): boolean {
  const [outer, inner] = [
    parseNetwork(network, emptyNetwork()),
    parseNetwork(text, emptyNetwork()),
  ];
  return outer !== undefined && inner !== undefined && contains(outer, inner);
}

Deno.test("parseNetwork() and contains() agree with ipaddr.js on IPv4 and IPv6", () => {
  const v4 = fc.ipV4();
  const v6 = fc.ipV6().filter((text) => ipaddr.IPv6.isValid(text));
  fc.assert(
    fc.property(
      fc.oneof(fc.tuple(v4, v4, fc.nat(32)), fc.tuple(v6, v6, fc.nat(128))),
      ([address, network, prefix]) => {
        const [inner, outer] = [ipaddr.parse(address), ipaddr.parse(network)];
        const isMapped = [inner, outer].some((each) =>
          each instanceof ipaddr.IPv6 && each.isIPv4MappedAddress()
        );
        if (isMapped) return;
        assertEquals(isInside(address, `${network}/${prefix}`), inner.match(outer, prefix));
      },
    ),
    { numRuns: 3_000 },
  );
});

const INSIDE: readonly (readonly [text: string, network: string, inside: boolean])[] = [
  ["10.1.2.3", "10.0.0.0/8", true],
  ["10.1.0.0/16", "10.0.0.0/8", true],
  ["10.0.0.0/8", "10.0.0.0/8", true],
  ["10.0.0.0/7", "10.0.0.0/8", false],
  ["99.128.0.0/11", "99.0.0.0/8", true],
  ["::ffff:10.1.2.3", "10.0.0.0/8", true],
  ["fe80::1%eth0", "fe80::/10", true],
  ["2001:DB8::1", "2001:db8::/32", true],
  ["2001:db8:1::/48", "2001:db8::/32", true],
  ["1.2.3.4", "0.0.0.0/0", true],
  ["::1", "0.0.0.0/0", false],
  ["::", "::/0", true],
];

for (const [text, network, inside] of INSIDE) {
  Deno.test(`${text} is ${inside ? "" : "not "}in ${network}`, () => {
    assertEquals(isInside(text, network), inside);
  });
}

Deno.test("parseNetwork() refuses what is not an address", () => {
  const bad =
    "|1.2.3|1.2.3.4.5|256.1.1.1|01.2.3.4|1.2.3.4/33|1.2.3.4/|1.2.3.4/a|::1/129|1::2::3|:1|1:|" +
    "12345::|1:2:3:4:5:6:7|1:2:3:4:5:6:7:8:9|1.2.3.4:80|[::1]|::1.2.3|1:2:3:4:5:6:7:1.2.3.4| 1.2.3.4|:::";
  for (const text of bad.split("|")) {
    assert(parseNetwork(text, emptyNetwork()) === undefined, text);
  }
});
