import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { RewindError } from "../../base/errors.ts";
import { checkSignature } from "../../object/tag.ts";
import { programOnPath } from "../host/program-on-path.ts";

/** A key to sign with. */
export type SigningKey =
  /** A private key, or a public one whose private half the user's agent has. */
  | { readonly file: string }
  /** A public key itself, such as `ssh-ed25519 AAAA…`, whose private half the agent has. */
  | { readonly publicKey: string };

/** Who may sign: files of the user, in the forms of `ssh-keygen`. */
export interface AllowedSigners {
  readonly file: string;
  /** Keys that no longer count. */
  readonly revoked: string | undefined;
}

/** What `ssh-keygen` says about a signature. */
export interface SshCheck {
  /** The allowed signer; undefined if the signature is not one of theirs. */
  readonly signer: string | undefined;
  /** The key, such as `ED25519 SHA256:…`; undefined if the text was not signed so. */
  readonly key: string | undefined;
}

/** Signatures for other programs, such as those of commits, do not count. */
const NAMESPACE = "rewind";

/** Signs a text. May ask for a passphrase on the terminal. Throws SIGNING_FAILED. */
export async function sshSign(
  text: Uint8Array,
  key: SigningKey,
  signal?: AbortSignal,
): Promise<string> {
  return inPrivateFolder(async (put) => {
    const isFile = "file" in key;
    const file = isFile ? key.file : await put("key.pub", `${key.publicKey}\n`);
    const values = ["-Y", "sign", "-n", NAMESPACE, "-f", file, ...(isFile ? [] : ["-U"])];
    const { code, output, words } = await sshKeygen(values, text, { signal });
    if (code === 0) return checkSignature(output.replaceAll("\r\n", "\n"));
    const told = words.replace(/^Signing data on standard input\r?\n/, "").trim();
    throw new RewindError("SIGNING_FAILED", `cannot sign with ${shownKey(key)}: ${told}`, { told });
  });
}

/**
 * Checks a signature of a text as Git does: the signer's key must be allowed at the time of the
 * signature, which is what the signer says. Throws SIGNING_FAILED.
 */
export async function sshVerify(
  text: Uint8Array,
  signature: string,
  { file, revoked }: AllowedSigners,
  time: string,
): Promise<SshCheck> {
  return inPrivateFolder(async (put) => {
    const signed = ["-s", await put("signature", signature)];
    const at = verifyTime(time);
    const allowed = ["-f", file, ...(at === undefined ? [] : [`-Overify-time=${at}`])];
    const revocation = revoked === undefined ? [] : ["-r", revoked];
    const limits = { timeoutMs: 30_000 };
    const found = await sshKeygen(["-Y", "find-principals", ...allowed, ...signed], text, limits);
    const names = found.code === 0 ? found.output.split(/\r?\n/).filter((name) => name !== "") : [];
    for (const name of names.slice(0, MOST_PRINCIPALS)) {
      const who = ["-n", NAMESPACE, "-I", name];
      const values = ["-Y", "verify", ...who, ...allowed, ...signed, ...revocation];
      const { code, output } = await sshKeygen(values, text, limits);
      if (code === 0) return { signer: name, key: keyIn(output) };
    }
    const alone = ["-Y", "check-novalidate", "-n", NAMESPACE, ...signed];
    const { code, output } = await sshKeygen(alone, text, limits);
    return { signer: undefined, key: code === 0 ? (keyIn(output) ?? "") : undefined };
  });
}

/** A key belongs to few signers. */
const MOST_PRINCIPALS = 20;

/** The key in `Good "rewind" signature … with ED25519 key SHA256:…`. */
function keyIn(output: string): string | undefined {
  const [, type, digest] = / with (\S+) key (SHA256:[\w+/=]+)\s*$/.exec(output) ?? [];
  return type === undefined ? undefined : `${type} ${digest}`;
}

function shownKey(key: SigningKey): string {
  return "file" in key ? key.file : "the key of Git's user.signingKey";
}

/** A time as `ssh-keygen` reads it, in UTC; undefined if it is not a time. */
function verifyTime(time: string): string | undefined {
  const date = new Date(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(time) ? time : Number.NaN);
  if (Number.isNaN(date.getTime())) return undefined;
  return date.toISOString().slice(0, 19).replace(/\D/g, "");
}

interface Ended {
  readonly code: number;
  readonly output: string;
  readonly words: string;
}

/** Runs `ssh-keygen` with this standard input. Throws SIGNING_FAILED if it cannot be run. */
async function sshKeygen(
  values: readonly string[],
  input: Uint8Array,
  {
    signal,
    timeoutMs = 0,
  }: { readonly signal?: AbortSignal | undefined; readonly timeoutMs?: number },
): Promise<Ended> {
  const program = programOnPath("ssh-keygen");
  if (program === undefined) {
    throw new RewindError("SIGNING_FAILED", "ssh-keygen is not installed", { lacks: "program" });
  }
  const onTerminal = process.stdin.isTTY === true;
  // A passphrase is asked for on a terminal, and nowhere else.
  const quiet = onTerminal ? {} : { SSH_ASKPASS_REQUIRE: "never" };
  const env = { ...process.env, ...quiet, TZ: "UTC", LC_ALL: "C" };
  const options = { env, maxBuffer: 1 << 20, timeout: timeoutMs, windowsHide: true };
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      values,
      { ...options, ...(signal && { signal }), killSignal: "SIGKILL" },
      (error, output, words) => {
        const code = error === null ? 0 : error.code;
        if (typeof code === "number") resolve({ code, output, words });
        else if (signal?.aborted) reject(new RewindError("INTERRUPTED", "interrupted"));
        else reject(notRun(error));
      },
    );
    // A program that ends early closes its input: its status says why.
    child.stdin?.on("error", () => undefined).end(input);
  });
}

function notRun(cause: unknown): RewindError {
  const message = `ssh-keygen has not ended by itself: ${(cause as Error).message.split("\n")[0]}`;
  return new RewindError("SIGNING_FAILED", message, {}, { cause });
}

/** Does work with files in a folder that only this user can enter, and removes it. */
async function inPrivateFolder<T>(
  work: (put: (name: string, text: string) => Promise<string>) => Promise<T>,
): Promise<T> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "rewind-sign-"));
  try {
    return await work(async (name, text) => {
      const file = path.join(folder, name);
      await fs.writeFile(file, text, { mode: 0o600, flag: "wx" });
      return file;
    });
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}
