import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";
import type { Server } from "./lab.ts";

/** What a user sees of a store, without times and ids, which depend on times. */
export interface View {
  /** The branches and tags, each with its last state and its steps. */
  readonly refs: ReadonlyMap<string, string>;
  /** The branch and step of HEAD; absent without a branch. */
  readonly head: { readonly name: string; readonly step: number } | undefined;
  readonly settings: string;
}

/** Asks the readers what a store has. Throws if one fails. */
export async function viewOf(server: Server, root: string): Promise<View> {
  const ask = async (...argv: string[]): Promise<unknown> => {
    const { status, stdout, stderr, signal } = await server.run(root, [...argv, "--json"]);
    if (status !== 0) throw new Error(`rewind ${argv.join(" ")}: ${status ?? signal} ${stderr}`);
    return JSON.parse(stdout);
  };
  const { branches } = (await ask("branch")) as { branches: Branch[] };
  const { tags } = (await ask("tag")) as { tags: { name: string; message: string | null }[] };
  const refs = new Map<string, string>();
  for (const { name, steps, goal } of branches) {
    const { state } = (await ask("get", name)) as { state: unknown };
    refs.set(name, JSON.stringify([steps, goal, state]));
  }
  for (const { name, message } of tags) {
    const { state } = (await ask("get", name)) as { state: unknown };
    refs.set(`tag ${name}`, JSON.stringify([message, state]));
  }
  let head: View["head"];
  if (branches.length > 0) {
    const { name, step } = (await ask("show")) as { name: string; step: number };
    head = { name, step };
  }
  return { refs, head, settings: JSON.stringify(await ask("config")) };
}

interface Branch {
  readonly name: string;
  readonly steps: number;
  readonly goal: number;
}

/** The names, kinds and bytes of everything below a folder, without the paths in `except`. */
export function digest(folder: string, except: RegExp = /^$/): string {
  const hash = createHash("sha256");
  for (const [name, bytes] of filesOf(folder)) {
    if (!except.test(name)) hash.update(JSON.stringify([name, bytes.length])).update(bytes);
  }
  return hash.digest("hex");
}

/** Everything below a folder by its path, folders with a slash; a link's bytes are its target. */
export function filesOf(folder: string): [name: string, bytes: Buffer][] {
  const found: [string, Buffer][] = [];
  const visit = (name: string): void => {
    const file = path.join(folder, name);
    const stat = lstatSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (stat.isSymbolicLink()) found.push([name, Buffer.from(`-> ${readlinkSync(file)}`)]);
    else if (stat.isFile()) {
      const isHuge = stat.size > HUGE_BYTES;
      found.push([name, isHuge ? Buffer.from(`${stat.size}`) : readFileSync(file)]);
    } else if (stat.isDirectory()) {
      found.push([`${name}/`, Buffer.alloc(0)]);
      for (const child of readdirSync(file).sort()) visit(path.join(name, child));
    } else found.push([name, Buffer.from(`mode ${stat.mode}`)]);
  };
  visit("");
  return found;
}

const HUGE_BYTES = 1 << 26;

/**
 * Whether only the branches that a command records on differ from before or after, so that it was
 * done in part.
 */
export function isPart(
  view: View,
  before: View,
  after: View,
  records: RegExp | undefined,
): boolean {
  if (records === undefined) return false;
  if (![before.settings, after.settings].includes(view.settings)) return false;
  if (!isHeadPart(view.head, before.head, after.head, records)) return false;
  const names = new Set([...view.refs.keys(), ...before.refs.keys()]);
  return [...names].every((name) => {
    const value = view.refs.get(name);
    return records.test(name) || value === before.refs.get(name) || value === after.refs.get(name);
  });
}

/** The complaint if some of the branches that must come together exist and others do not. */
export function apartIn(view: View, after: View, together: RegExp | undefined): string | undefined {
  const names = (of: View): string[] => [...of.refs.keys()].filter((name) => together?.test(name));
  const found = names(view).sort();
  const isWhole = found.length === 0 || String(found) === String(names(after).sort());
  return isWhole ? undefined : `a part of what comes together: ${found.join(", ")}`;
}

/** HEAD is at a branch as before or after; on a branch being recorded, at its current end. */
function isHeadPart(
  head: View["head"],
  before: View["head"],
  after: View["head"],
  records: RegExp,
): boolean {
  const names = [before?.name, after?.name];
  if (head === undefined || !names.includes(head.name)) return head === before;
  const isRecorded = records.test(head.name);
  return isRecorded || [before?.step, after?.step].includes(head.step);
}

/** A view as a text; equal views have equal texts. */
export function shown({ refs, head, settings }: View): string {
  return JSON.stringify([[...refs].sort(), [head?.name, head?.step], settings]);
}
