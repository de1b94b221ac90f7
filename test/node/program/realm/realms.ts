import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Script } from "node:vm";
import { outputFileSync } from "fs-extra/esm";
import { onTestFinished } from "vitest";
import { nodeGuard } from "../../../../src/node/host/guard-node.ts";
import {
  type Captured,
  createRealm,
  type ProgramRealm,
  type RealmOptions,
} from "../../../../src/node/program/realm.ts";

/** A program that was loaded in a realm. */
export interface Loaded {
  readonly realm: ProgramRealm;
  /** The contents of its `exports`. */
  readonly exports: Record<string, (...values: unknown[]) => unknown>;
  /** Runs one of its functions as a step. */
  step(name: string, ...values: unknown[]): unknown;
}

let files = 0;

/**
 * Runs a program's text in a realm, with `host` and `exports` added to the realm's scope. Lines
 * that contain `the word PACKAGE` are a package's.
 */
export async function loadIn(
  root: string,
  text: string,
  options: Partial<RealmOptions> = {},
): Promise<Loaded> {
  const filename = `rewind:program-${++files}.js`;
  const lines = `"use strict";${text}`.split("\n");
  const realm = createRealm({
    root,
    mode: options.captured === undefined ? "record" : "replay",
    limitBytes: 1000,
    filename,
    isPackageLine: (line) => lines[line - 1]?.includes("PACKAGE") === true,
    guard: nodeGuard(),
    variables: {},
    ...options,
  });
  const names = Object.keys(realm.scope);
  const code = `(function (host, exports, ${names.join(", ")}) { return (async () => {${lines.join("\n")}\n})(); })`;
  const program = new Script(code, { filename }).runInThisContext() as (
    ...values: unknown[]
  ) => Promise<void>;
  const exports: Loaded["exports"] = {};
  await realm.load(() =>
    program(realm.builtin, exports, ...names.map((name) => realm.scope[name])),
  );
  return {
    realm,
    exports,
    step: (name, ...values) =>
      nodeGuard()(() => {
        nodeGuard().pin(realm.place);
        return exports[name]?.(...values);
      }),
  };
}

/** A project folder with these files, removed after the test. */
export function projectWith(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(path.join(tmpdir(), "rewind-realm-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    outputFileSync(path.join(root, name), text);
  }
  return root;
}

/** The inputs that a program captures. */
export async function captureOf(
  root: string,
  text: string,
  options: Partial<RealmOptions> = {},
): Promise<Captured> {
  return (await loadIn(root, text, options)).realm.recorded();
}
