/** What DNS answers for the public name of an endpoint, and where the case is from. */
export interface DnsAnswerCase {
  /** What the answer is like. */
  readonly answer: string;
  /** A specification, a registry, a CVE or a public issue. */
  readonly source: string;
  /** The addresses of each lookup in turn; the last one is repeated. */
  readonly lookups: readonly (readonly string[])[];
}

const PUBLIC = "93.184.215.14";
const PUBLIC_V6 = "2606:2800:21f:cb07:6820:80da:af6b:8b2c";

/** Every special block, as the only address of a name. */
const BLOCKS: readonly [source: string, ...addresses: string[]][] = [
  ["RFC 1122 §3.2.1.3 (127.0.0.1.nip.io, localtest.me)", "127.0.0.1", "127.8.8.8"],
  ["RFC 1122 §3.2.1.3 (this host)", "0.0.0.0", "0.1.2.3"],
  ["RFC 1918 §3 (10.0.0.1.sslip.io)", "10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.1"],
  ["RFC 6598 §7", "100.64.0.1", "100.100.100.200"],
  ["RFC 3927; AWS, Google Cloud, Azure: instance metadata", "169.254.169.254", "169.254.170.2"],
  ["Azure: 168.63.129.16", "168.63.129.16"],
  ["RFC 6890; Oracle Cloud: instance metadata", "192.0.0.192"],
  ["RFC 5737", "192.0.2.1", "198.51.100.1", "203.0.113.1"],
  ["RFC 7526 (6to4 relays)", "192.88.99.1"],
  ["RFC 2544", "198.18.0.1", "198.19.255.254"],
  ["RFC 5771", "224.0.0.1", "239.255.255.250"],
  ["RFC 1112 §4; RFC 919 §7", "240.0.0.1", "255.255.255.255"],
  ["RFC 4291 §2.5.2, §2.5.3", "::", "::1"],
  ["RFC 4291 §2.5.5.1; JSONbored/metagraphed#1533", "::127.0.0.1", "::7f00:1"],
  [
    "RFC 4291 §2.5.5.2; everruns/bashkit#1569; AikidoSec/firewall-java#261",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:a9fe:a9fe",
    "::ffff:8.8.8.8",
  ],
  ["RFC 6052 §2.1 (NAT64)", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1"],
  ["RFC 8215", "64:ff9b:1::1"],
  ["RFC 6666", "100::1"],
  ["RFC 4380 (Teredo)", "2001::1", "2001:0:7f00:1::1"],
  ["RFC 3849; RFC 9637", "2001:db8::1", "3fff::1"],
  ["RFC 3056 (6to4)", "2002:7f00:1::1", "2002:a00:1::1", "2002:c0a8:101::1"],
  ["RFC 4193; AWS: instance metadata", "fc00::1", "fd00:ec2::254"],
  ["RFC 4291 §2.5.6", "fe80::1", "fe80::1%eth0"],
  ["RFC 3879", "fec0::1"],
  ["RFC 4291 §2.7", "ff02::1"],
  ["RFC 9602 (SRv6)", "5f00::1"],
];

export const DNS_ANSWER_CASES: readonly DnsAnswerCase[] = [
  ...BLOCKS.flatMap(([source, ...addresses]) =>
    addresses.map((address) => ({ answer: `only ${address}`, source, lookups: [[address]] }))
  ),
  {
    answer: "a public address, then a private one",
    source: "n24q02m/better-telegram-mcp#736; delivery rule: refused if any is not public",
    lookups: [[PUBLIC, "10.0.0.1"]],
  },
  {
    answer: "a private address, then a public one",
    source: "as above, in the other order",
    lookups: [["10.0.0.1", PUBLIC]],
  },
  {
    answer: "a public A and a private AAAA",
    source: "RFC 8305 (either may be chosen)",
    lookups: [[PUBLIC, "fd00::1"]],
  },
  {
    answer: "a private A and a public AAAA",
    source: "RFC 8305",
    lookups: [["127.0.0.1", PUBLIC_V6]],
  },
  {
    answer: "a hundred public addresses and one private",
    source: "as above; a check of the first few would miss it",
    lookups: [[...Array(100).fill(PUBLIC), "169.254.169.254"]],
  },
  {
    answer: "an alias of a private name (CNAME)",
    source: "RFC 1034 §3.6.2: a lookup ends at the addresses, whatever names are on the way",
    lookups: [["172.17.0.1"]],
  },
  {
    answer: "public at first and private when it is sent",
    source: "DNS rebinding: VibeNVR #204; CERT VU#800113",
    lookups: [[PUBLIC], ["127.0.0.1"]],
  },
  {
    answer: "something that is no address",
    source: "CVE-2021-29923: whoever cannot read it must not call it",
    lookups: [["0177.0.0.1"]],
  },
  { answer: "a number", source: "CVE-2024-29415", lookups: [["2130706433"]] },
  { answer: "an empty text", source: "fails closed", lookups: [[""]] },
];
