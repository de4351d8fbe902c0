import { type NodeSql, nodeSql } from "../../src/server/node_sql.ts";
import type { Plan } from "./plan.ts";

/**
 * What outlives the process: a database in memory, or files that are opened again after each death.
 */
export class Storage implements Disposable {
  readonly #directory: string | undefined;
  #sql: NodeSql;
  #life = 0;
  #hasCopy = false;

  constructor({ onDisk }: Plan) {
    this.#directory = onDisk
      ? Deno.makeTempDirSync({ ...fastest(), prefix: "panoptes-" })
      : undefined;
    this.#sql = this.#open("log-0");
  }

  /** The database. */
  get sql(): NodeSql {
    return this.#sql;
  }

  /** Whether copies can be made and restored. */
  get hasFiles(): boolean {
    return this.#directory !== undefined;
  }

  /**
   * Keeps what is left when the process is killed: the files as they are, possibly in the middle of
   * a transaction. In memory, the code inside the transaction rolls it back.
   */
  crash(): void {
    if (this.#directory === undefined) return;
    const before = `log-${this.#life}`;
    const after = `log-${++this.#life}`;
    this.#copy(before, after);
    this.#sql.close();
    this.#remove(before);
    this.#sql = this.#open(after);
  }

  /** How many rows were written since it was opened. */
  get changes(): number {
    return this.#sql.all<{ n: number }>("SELECT total_changes() AS n")[0]!.n;
  }

  /** Copies the files under a name. */
  copy(name: string): void {
    this.#copy(`log-${this.#life}`, name);
  }

  /** Removes a copy. */
  remove(name: string): void {
    this.#remove(name);
  }

  /** Puts a copy in the place of the files. */
  replace(name: string): void {
    this.#sql.close();
    this.#remove(`log-${this.#life}`);
    this.#copy(name, `log-${++this.#life}`);
    this.#sql = this.#open(`log-${this.#life}`);
  }

  /** Keeps a copy for `restore()`. */
  backUp(): void {
    this.copy("copy");
    this.#hasCopy = true;
  }

  /** Restores the copy, if there is one. Returns whether there was. */
  restore(): boolean {
    if (this.#hasCopy) this.replace("copy");
    return this.#hasCopy;
  }

  [Symbol.dispose](): void {
    this.#sql.close();
    if (this.#directory !== undefined) Deno.removeSync(this.#directory, { recursive: true });
  }

  #open(name: string): NodeSql {
    return nodeSql(this.#path(name));
  }

  #path(name: string): string {
    return this.#directory === undefined ? ":memory:" : `${this.#directory}/${name}.db`;
  }

  #copy(from: string, to: string): void {
    for (const suffix of ["", "-wal"]) {
      try {
        Deno.copyFileSync(this.#path(from) + suffix, this.#path(to) + suffix);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
  }

  #remove(name: string): void {
    for (const suffix of ["", "-wal", "-shm"]) {
      try {
        Deno.removeSync(this.#path(name) + suffix);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
  }
}

/** A directory in memory, where the system has one: nothing here has to survive a reboot. */
function fastest(): { dir?: string } {
  try {
    return Deno.statSync("/dev/shm").isDirectory ? { dir: "/dev/shm" } : {};
  } catch {
    return {};
  }
}
