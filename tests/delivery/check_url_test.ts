import { assert, assertEquals } from "@std/assert";
import { checkUrl } from "../../src/delivery/check_url.ts";

const refused: [reason: string, ...urls: string[]][] = [
  [
    "it is not an absolute URL",
    "",
    "hooks.example.com",
    "/hook",
    "https://",
    "https://[::1",
    "https://a b.com/",
  ],
  [
    "it is not an absolute URL",
    "https://256.256.256.256/",
    "https://1.2.3.4.5/",
    "https://0x100000000/",
  ],
  [
    "its scheme is not https",
    "http://hooks.example.com/",
    "ftp://hooks.example.com/",
    "file:///etc/passwd",
  ],
  [
    "its scheme is not https",
    "javascript:alert(1)",
    "data:text/plain,x",
    "http://localhost/",
    "ws://a.com/",
  ],
  ["it contains credentials", "https://user@hooks.example.com/", "https://:pw@hooks.example.com/"],
  ["it contains credentials", "https://hooks.example.com@10.0.0.1/"],
  [
    "its port is neither 443 nor an allowed one",
    "https://hooks.example.com:80/",
    "https://hooks.example.com:22/",
  ],
  [
    "its port is neither 443 nor an allowed one",
    "https://hooks.example.com:6379/",
    "https://[::1]:8080/",
  ],
  [
    "its host is an IP address, not a name",
    "https://127.0.0.1/",
    "https://169.254.169.254/",
    "https://10.0.0.1/",
  ],
  [
    "its host is an IP address, not a name",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
  ],
  [
    "its host is an IP address, not a name",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://127.1/",
  ],
  [
    "its host is an IP address, not a name",
    "https://127.0.0.1./",
    "https://0/",
    "https://①②⑦.0.0.1/",
  ],
  [
    "its host is an IP address, not a name",
    "https://１２７.0.0.1/",
    "https://127。0。0。1/",
    "https://%31%32%37.0.0.1/",
  ],
  [
    "its host is an IP address, not a name",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:10.0.0.1]/",
  ],
  [
    "its host is an IP address, not a name",
    "https://[64:ff9b::10.0.0.1]/",
    "https://[2002:7f00:1::]/",
  ],
  [
    "its host is an IP address, not a name",
    "https://[5f00::1]/",
    "https://[fd00:ec2::254]/",
    "https://8.8.8.8/",
  ],
  [
    "its host has no dot, so it is a local name",
    "https://localhost/",
    "https://intranet/",
    "https://LOCALHOST./",
  ],
  ["its host has no dot, so it is a local name", "https://kubernetes/", "https://metadata/"],
  [
    "its host is not a name",
    "https://hooks.example.com../",
    "https://a..com/",
    "https://.example.com/",
  ],
  [
    "its host is a name for private networks",
    "https://a.localhost/",
    "https://printer.local/",
    "https://a.LOCAL./",
  ],
  [
    "its host is a name for private networks",
    "https://metadata.google.internal/",
    "https://router.home.arpa/",
  ],
  [
    "its host is a name for private networks",
    "https://x.localdomain/",
    "https://nas.lan/",
    "https://x.corp/",
  ],
];

for (const [reason, ...urls] of refused) {
  for (const url of urls) {
    Deno.test(`checkUrl() refuses ${url || "an empty string"}: ${reason}`, () => {
      assertEquals(checkUrl(url), { refused: reason });
    });
  }
}

const accepted = [
  "https://hooks.example.com/",
  "https://hooks.example.com:443/a?b=c#d",
  "https://hooks.example.com./",
  "HTTPS://HOOKS.EXAMPLE.COM/",
  "https://xn--bcher-kva.example/",
  "https://bücher.example/",
  "https://1.2.3.4.example.com/",
  "https://internal.example.com/",
  "https://notlocal.example.com/",
  "https://mylocal.mycorp.com/",
];

for (const url of accepted) {
  Deno.test(`checkUrl() accepts ${url}`, () => {
    const checked = checkUrl(url);
    assertEquals("url" in checked && [checked.url.protocol, checked.loopback], ["https:", false]);
  });
}

const loopback = [
  "http://localhost:8788/hook",
  "http://127.0.0.1:8788/",
  "http://127.255.255.254/",
  "http://[::1]:8788/",
  "https://localhost:8443/",
  "http://2130706433:8788/",
];

for (const url of loopback) {
  Deno.test(`checkUrl() accepts ${url} when http to loopback is allowed, and only then`, () => {
    const checked = checkUrl(url, { allowHttpLoopback: true });
    assert("url" in checked && checked.loopback);
    assert("refused" in checkUrl(url));
  });
}

const notLoopback = [
  "http://hooks.example.com/",
  "http://10.0.0.1/",
  "http://0.0.0.0/",
  "http://[::]/",
  "http://[::ffff:127.0.0.1]/",
  "http://localhost.example.com/",
  "http://127.0.0.1.example.com/",
  "http://a.localhost/",
  "ftp://localhost/",
  "http://user@localhost/",
  "https://169.254.169.254/",
];

for (const url of notLoopback) {
  Deno.test(`checkUrl() refuses ${url} even when http to loopback is allowed`, () => {
    assert("refused" in checkUrl(url, { allowHttpLoopback: true }));
  });
}

Deno.test("checkUrl() accepts a port that is allowed, and no other", () => {
  const allowedPorts = [8_443];
  assert("url" in checkUrl("https://hooks.example.com:8443/", { allowedPorts }));
  assert("refused" in checkUrl("https://hooks.example.com:8444/", { allowedPorts }));
  assert("refused" in checkUrl("http://hooks.example.com:8443/", { allowedPorts }));
});

Deno.test("checkUrl() refuses our own hosts and their subdomains", () => {
  const refusedHosts = ["Panoptes.example.com"];
  const reason = { refused: "its host is refused" };
  assertEquals(checkUrl("https://panoptes.example.com/", { refusedHosts }), reason);
  assertEquals(checkUrl("https://a.panoptes.example.com./", { refusedHosts }), reason);
  assert("url" in checkUrl("https://notpanoptes.example.com/", { refusedHosts }));
});

Deno.test("checkUrl() does not quote the URL in its reason", () => {
  for (
    const url of [
      "http://hooks.example.com/T0KEN",
      "https://T0KEN@a.com",
      "T0KEN",
      "https://10.0.0.1/T0KEN",
    ]
  ) {
    assert(!JSON.stringify(checkUrl(url)).includes("T0KEN"));
  }
});
