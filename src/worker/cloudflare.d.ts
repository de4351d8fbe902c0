// The part of the Workers runtime that Panoptes uses. Its complete types redefine globals that Deno
// declares already.

declare module "cloudflare:workers" {
  export class DurableObject<Env = unknown> {
    constructor(ctx: DurableObjectState, env: Env);
    protected ctx: DurableObjectState;
    protected env: Env;
    fetch?(request: Request): Response | Promise<Response>;
    alarm?(info?: AlarmInfo): void | Promise<void>;
  }

  export interface DurableObjectState {
    readonly id: { readonly name?: string };
    readonly storage: DurableObjectStorage;
    /** Removes the object from memory at once, as a crash would. */
    abort(reason?: string): void;
    blockConcurrencyWhile<T>(body: () => Promise<T>): Promise<T>;
  }

  export interface DurableObjectStorage {
    readonly sql: SqlStorage;
    transactionSync<T>(body: () => T): T;
    getAlarm(): Promise<number | null>;
    setAlarm(atMs: number): Promise<void>;
    deleteAlarm(): Promise<void>;
    /** Resolves when everything written so far is on disk. */
    sync(): Promise<void>;
  }

  export interface SqlStorage {
    exec(statement: string, ...values: unknown[]): SqlCursor;
    readonly databaseSize: number;
  }

  export interface SqlCursor {
    readonly columnNames: string[];
    toArray(): Record<string, string | number | null | ArrayBuffer>[];
    raw(): Iterable<(string | number | null | ArrayBuffer)[]>;
    readonly rowsRead: number;
    readonly rowsWritten: number;
  }

  /** What belongs to one request. */
  export interface ExecutionContext {
    /** Keeps the Worker alive until a promise has settled. */
    waitUntil(promise: Promise<unknown>): void;
    passThroughOnException(): void;
    readonly props: unknown;
  }

  export interface AlarmInfo {
    readonly retryCount: number;
    readonly isRetry: boolean;
  }

  export interface DurableObjectStub {
    fetch(request: Request): Promise<Response>;
  }

  export interface DurableObjectNamespace<Methods = unknown> {
    getByName(name: string): DurableObjectStub & Methods;
  }
}
