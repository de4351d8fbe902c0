import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";

/** The keys of a team domain of Cloudflare Access on loopback, and whoever signs with them. */
export class AccessTeam implements AsyncDisposable {
  /** The audience tag of its application. */
  readonly audience = "a".repeat(64);
  /** The status that it answers with. */
  status = 200;
  /** How often its keys were read. */
  reads = 0;
  #keys: { kid: string; privateKey: CryptoKey; publicKey: CryptoKey }[] = [];
  #server: Deno.HttpServer<Deno.NetAddr>;

  private constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => this.#answer(request),
    );
  }

  /** Starts one, with one key. */
  static async start(): Promise<AccessTeam> {
    const team = new AccessTeam();
    await team.rotate();
    return team;
  }

  /** Its origin. */
  get domain(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** Signs with another key from now on, and publishes that alone. */
  async rotate(): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
    this.#keys = [{ kid: `key-${crypto.randomUUID()}`, privateKey, publicKey }];
  }

  /** The public key in use. */
  get publicKey(): CryptoKey {
    return this.#keys[0]!.publicKey;
  }

  /** Its id. */
  get kid(): string {
    return this.#keys[0]!.kid;
  }

  /** Signs an assertion as Cloudflare does; `claims` take precedence, and undefined removes one. */
  sign(claims: JWTPayload & { email?: unknown } = {}, now: number = Date.now()): Promise<string> {
    const { kid, privateKey } = this.#keys[0]!;
    const iat = Math.floor(now / 1_000);
    const payload = {
      aud: [this.audience],
      email: "ana@example.com",
      iss: this.domain,
      iat,
      nbf: iat,
      exp: iat + 3_600,
      sub: "7335d417-61da-459d-899c-0a01c76a2f94",
      type: "app",
      ...claims,
    };
    return new SignJWT(payload).setProtectedHeader({ alg: "RS256", kid }).sign(privateKey);
  }

  async #answer({ url }: Request): Promise<Response> {
    this.reads++;
    if (this.status !== 200 || new URL(url).pathname !== "/cdn-cgi/access/certs") {
      return new Response("{}", {
        status: this.status === 200 ? 404 : this.status,
        headers: { Location: "http://127.0.0.1:1/" },
      });
    }
    const keys = await Promise.all(
      this.#keys.map(async ({ kid, publicKey }) => ({
        ...await exportJWK(publicKey),
        kid,
        alg: "RS256",
        use: "sig",
      })),
    );
    return Response.json({ keys, public_cert: {}, public_certs: [] });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
