import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import type { Sql } from "../../src/store/sql.ts";
import type { Promised } from "./log_contract.ts";

const rows = (sql: Sql) =>
  sql.all<{ text: string }>("SELECT text FROM notes").map((row) => row.text);
const add = (sql: Sql, text: string) => sql.run("INSERT INTO notes (text) VALUES (?)", text);

/** What every implementation of `Sql` promises. */
export const SQL_CONTRACT: readonly Promised[] = [
  {
    name: "Sql returns every kind of value as it was bound",
    check(sql) {
      sql.run("CREATE TABLE kinds (value ANY) STRICT");
      const values = ["text é \u{1F600}", 7, -1.5, Number.MAX_SAFE_INTEGER, null];
      for (const value of values) sql.run("INSERT INTO kinds VALUES (?)", value);
      assertEquals(sql.all("SELECT value FROM kinds").map(({ value }) => value), values);
      sql.run("INSERT INTO kinds VALUES (?)", new Uint8Array([1, 2, 255]));
      const { bytes } = sql.all<{ bytes: Uint8Array }>(
        "SELECT value AS bytes FROM kinds WHERE typeof(value) = 'blob'",
      )[0]!;
      assertInstanceOf(bytes, Uint8Array);
      assertEquals([...bytes], [1, 2, 255]);
    },
  },
  {
    name: "Sql.transaction() commits everything or nothing",
    check(sql) {
      sql.run("CREATE TABLE notes (text TEXT)");
      assertEquals(sql.transaction(() => add(sql, "kept") && "result"), "result");
      assertThrows(
        () =>
          sql.transaction(() => {
            add(sql, "lost");
            throw new Error("stop");
          }),
        Error,
        "stop",
      );
      assertEquals(rows(sql), ["kept"]);
    },
  },
  {
    name: "a nested Sql.transaction() joins the outer one",
    check(sql) {
      sql.run("CREATE TABLE notes (text TEXT)");
      assertThrows(() =>
        sql.transaction(() => {
          sql.transaction(() => add(sql, "inner"));
          throw new Error("stop");
        })
      );
      assertEquals(rows(sql), []);
      sql.transaction(() => add(sql, "after")); // the failure left no transaction open
      assertEquals(rows(sql), ["after"]);
    },
  },
  {
    name: "Sql.run() returns the number of rows written",
    check(sql) {
      sql.run("CREATE TABLE notes (text TEXT)");
      assertEquals(add(sql, "one"), 1);
      assertEquals(sql.run("UPDATE notes SET text = 'two' WHERE text = 'none'"), 0);
    },
  },
  {
    name: "Sql.bytes() grows with stored data, and shrinks when data is removed",
    check(sql) {
      sql.run("CREATE TABLE notes (text TEXT)");
      const before = sql.bytes();
      add(sql, "x".repeat(100_000));
      const after = sql.bytes();
      assert(after > before + 90_000, `${before} -> ${after}`);
      sql.run("DELETE FROM notes");
      assert(sql.bytes() < after - 90_000, `${after} -> ${sql.bytes()}`);
    },
  },
];
