import os from "node:os";
import path from "node:path";
import process from "node:process";
import { RewindError } from "../../base/errors.ts";
import { Config } from "../config/config.ts";
import { runGit } from "../host/git-state.ts";
import { programOnPath } from "../host/program-on-path.ts";
import { readFile } from "../host/user-files.ts";
import type { AllowedSigners, SigningKey } from "./ssh-keygen.ts";

/**
 * The key to sign with: the file that is given, else that of the setting `signing.key`, else that of
 * Git's global settings. Nothing that came with a project chooses it. Throws SIGNING_FAILED.
 */
export async function signingKey(project: string, given: string | undefined): Promise<SigningKey> {
  if (given !== undefined) return { file: path.resolve(given) };
  const set = setting(project, "signing.key");
  if (set !== undefined) return { file: set };
  const value = await gitSetting(project, "user.signingKey");
  const publicKey = /^(?:key::)?((?:ssh|ecdsa|sk)-\S+ \S.*)$/.exec(value ?? "")?.[1];
  if (publicKey !== undefined) return { publicKey };
  // With other formats of signatures, it is the name of a key.
  if (value !== undefined && path.isAbsolute(value)) return { file: value };
  throw new RewindError("SIGNING_FAILED", "expected a key to sign with, and none is set", {
    lacks: "key",
  });
}

/**
 * Who may sign: the file that is given, else that of the setting `signing.allowed`, else that of
 * Git's global settings. Throws SIGNING_FAILED and FILE_FAILED.
 */
export async function allowedSigners(
  project: string,
  given: string | undefined,
): Promise<AllowedSigners> {
  const file =
    (given === undefined ? setting(project, "signing.allowed") : path.resolve(given)) ??
    (await gitSetting(project, "gpg.ssh.allowedSignersFile"));
  if (file === undefined || !path.isAbsolute(file)) {
    const message = "expected a file of allowed signers, and none is set";
    throw new RewindError("SIGNING_FAILED", message, { lacks: "signers" });
  }
  await readFile(file, LARGEST_BYTES);
  const revoked = await gitSetting(project, "gpg.ssh.revocationFile");
  return { file, revoked: revoked !== undefined && path.isAbsolute(revoked) ? revoked : undefined };
}

const LARGEST_BYTES = 16 << 20;

/** The path in a setting of the user. */
function setting(project: string, key: string): string | undefined {
  return new Config(project, process.env).get(key).value?.replace(/^~(?=\/)/, os.homedir());
}

/** A path in the user's own settings of Git. */
async function gitSetting(project: string, key: string): Promise<string | undefined> {
  const program = programOnPath("git");
  if (program === undefined) return undefined;
  const values = ["config", "--global", "--includes", "--type=path", "--get", key];
  const value = (await runGit(program, project, values))?.replace(/\r?\n$/, "");
  return value === "" ? undefined : value;
}
