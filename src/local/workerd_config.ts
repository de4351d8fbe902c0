/** What workerd runs. */
export interface WorkerdConfig {
  /** The file name of the bundled Worker, beside the configuration. */
  readonly script: string;
  /** The folder that keeps the Durable Objects. */
  readonly disk: string;
  /** Where it listens, each as `127.0.0.1:8787` or `[::1]:8787`; nothing else is opened. */
  readonly addresses: readonly string[];
  /** Certificates of authorities to trust besides the usual ones, in PEM; default none. */
  readonly certificates?: string;
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  /** Durable Object classes by the name of their binding. */
  readonly durableObjects: Readonly<Record<string, string>>;
  /**
   * The names of variables and secrets, whose values it takes from its environment: a file could be
   * read by others, or be left behind.
   */
  readonly variables: readonly string[];
}

/** The name of the socket that is opened last. */
export const LAST_SOCKET = "last";

/**
 * A configuration of `workerd serve`: one Worker, its Durable Objects and their alarms on disk, and
 * access to the network including loopback, where receivers and the emulator are.
 *
 * @param config What to run, and where.
 * @returns The configuration, in the text format of Cap'n Proto.
 * @throws {RangeError} If a string is not plain ASCII.
 */
export function workerdConfig(config: WorkerdConfig): string {
  const { durableObjects } = config;
  const bindings = [
    ...config.variables.map((name) =>
      `(name = ${quoted(name)}, fromEnvironment = ${quoted(name)})`
    ),
    ...Object.entries(durableObjects).map(([name, className]) =>
      `(name = ${quoted(name)}, durableObjectNamespace = ${quoted(className)})`
    ),
  ];
  const classes = [...new Set(Object.values(durableObjects))].map((name) =>
    `(className = ${quoted(name)}, uniqueKey = ${quoted(`panoptes-${name}`)}, enableSql = true)`
  );
  const { addresses } = config;
  const sockets = addresses.map((address, index) => {
    const name = index === addresses.length - 1 ? LAST_SOCKET : `http${index}`;
    return `(name = ${quoted(name)}, address = ${quoted(address)}, http = (), service = "main")`;
  });
  const certificates = config.certificates?.match(CERTIFICATE) ?? [];
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  logging = (structuredLogging = true),
  services = [
    (name = "main", worker = .worker),
    (name = "disk", disk = (path = ${quoted(config.disk)}, writable = true)),
    (name = "outside", network = (
      allow = ["public", "private", "local"],
      tlsOptions = (
        trustBrowserCas = true,
        trustedCertificates = [${certificates.map(quoted).join(", ")}],
      ),
    )),
  ],
  sockets = [
    ${sockets.join(",\n    ")},
  ],
);

const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed ${quoted(config.script)})],
  compatibilityDate = ${quoted(config.compatibilityDate)},
  compatibilityFlags = [${config.compatibilityFlags.map(quoted).join(", ")}],
  globalOutbound = "outside",
  durableObjectNamespaces = [${classes.join(", ")}],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [
    ${bindings.join(",\n    ")},
  ],
);
`;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** A string literal of Cap'n Proto, whose escapes are those of C. */
function quoted(text: string): string {
  if (!/^[\x20-\x7e\r\n]*$/.test(text)) {
    throw new RangeError("Cannot configure workerd: not plain ASCII");
  }
  return `"${text.replace(/["\\]/g, "\\$&").replace(/\r?\n/g, "\\n")}"`;
}
