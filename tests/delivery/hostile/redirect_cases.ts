/** An answer that would lead a client elsewhere. `PORT` is that of the receiver itself. */
export interface RedirectCase {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A specification, a CVE or a public issue. */
  readonly source: string;
}

const INSIDE = "http://127.0.0.1:PORT/inside";

export const REDIRECT_CASES: readonly RedirectCase[] = [
  ...[300, 301, 302, 303, 305, 307, 308].map((status) => ({
    status,
    headers: { location: INSIDE },
    source: "RFC 9110 §15.4; VibeNVR #197, openship #209: redirected past the check",
  })),
  ...[
    "/inside",
    "inside",
    "//127.0.0.1:PORT/inside",
    "\\\\127.0.0.1:PORT\\inside",
    "http://localhost:PORT/inside",
    "http://2130706433:PORT/inside",
    "http://0x7f.1:PORT/inside",
    "http://[::ffff:127.0.0.1]:PORT/inside",
    "http://hooks.example.com@127.0.0.1:PORT/inside",
    "https://169.254.169.254/latest/meta-data/",
    "http://metadata.google.internal/",
    "gopher://127.0.0.1:PORT/_POST",
    "file:///etc/passwd",
    "data:text/plain,x",
  ].map((location) => ({
    status: 307,
    headers: { location },
    source: "RFC 9110 §10.2.2; vutuv #775, ay-framework #301",
  })),
  {
    status: 200,
    headers: { refresh: "0; url=http://127.0.0.1:PORT/inside" },
    source: "HTML, Refresh header",
  },
  {
    status: 201,
    headers: { location: INSIDE },
    source: "RFC 9110 §15.3.2: a Location that is no redirect",
  },
  {
    status: 200,
    headers: { "content-location": INSIDE },
    source: "RFC 9110 §8.7",
  },
  {
    status: 200,
    headers: { link: "<http://127.0.0.1:PORT/inside>; rel=preload" },
    source: "RFC 8288; RFC 8297",
  },
  {
    status: 200,
    headers: { "alt-svc": 'h2="127.0.0.1:PORT"' },
    source: "RFC 7838",
  },
  {
    status: 401,
    headers: { "www-authenticate": 'Basic realm="x"', location: INSIDE },
    source: "RFC 9110 §11.6.1",
  },
  {
    status: 407,
    headers: { "proxy-authenticate": 'Basic realm="x"', location: INSIDE },
    source: "RFC 9110 §11.7.1",
  },
];
