import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { RewindError } from "../../base/errors.ts";

/** Who asks an S3 server, and where it is. */
export interface S3Access {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly region: string;
  /** The server, if it is not Amazon's. */
  readonly endpoint: string | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Credentials where every S3 program looks for them: the environment, the files in `~/.aws`, and
 * then Amazon's own package, if the user has installed it. Throws REMOTE_FAILED if it finds no credentials.
 */
export async function s3Access(env: Variables = process.env): Promise<S3Access> {
  const profile = env.AWS_PROFILE ?? "default";
  const config = section(env.AWS_CONFIG_FILE ?? inHome("config"), [`profile ${profile}`, profile]);
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? config.region ?? "us-east-1";
  const endpoint = env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL ?? config.endpoint_url;
  const place = { region, endpoint };
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = env;
  if (id !== undefined && secret !== undefined) {
    const sessionToken = env.AWS_SESSION_TOKEN;
    return { accessKeyId: id, secretAccessKey: secret, sessionToken, ...place };
  }
  const file = env.AWS_SHARED_CREDENTIALS_FILE ?? inHome("credentials");
  const stored = { ...config, ...section(file, [profile]) };
  if (stored.aws_access_key_id !== undefined && stored.aws_secret_access_key !== undefined) {
    return {
      accessKeyId: stored.aws_access_key_id,
      secretAccessKey: stored.aws_secret_access_key,
      sessionToken: stored.aws_session_token,
      ...place,
    };
  }
  const provided = await fromAmazonsPackage();
  if (provided !== undefined) return { ...provided, ...place };
  throw new RewindError(
    "REMOTE_FAILED",
    "expected credentials for S3 in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or in ~/.aws/credentials",
    {},
  );
}

type Provided = Pick<S3Access, "accessKeyId" | "secretAccessKey" | "sessionToken">;

/** From `@aws-sdk/credential-providers`, which knows single sign-on, roles and machines. */
async function fromAmazonsPackage(): Promise<Provided | undefined> {
  const name = "@aws-sdk/credential-providers";
  try {
    const { fromNodeProviderChain } = (await import(name)) as {
      fromNodeProviderChain(): () => Promise<Provided>;
    };
    return await fromNodeProviderChain()();
  } catch {
    return undefined;
  }
}

function inHome(name: string): string {
  return path.join(os.homedir(), ".aws", name);
}

const LARGEST_FILE = 1 << 20;

/** The settings of the first of these sections that an INI file has. */
function section(file: string, names: readonly string[]): Readonly<Record<string, string>> {
  const found = new Map<string, Record<string, string>>();
  let current: Record<string, string> = {};
  for (const line of linesOf(file)) {
    const [, name] = /^\s*\[([^\]]*)\]/.exec(line) ?? [];
    const [, key, value] = /^\s*([a-z_]+)\s*=(.*)$/is.exec(line) ?? [];
    if (name !== undefined) {
      current = {};
      found.set(name.trim(), current);
    } else if (key !== undefined && value !== undefined) current[key.toLowerCase()] = value.trim();
  }
  return found.get(names.find((name) => found.has(name)) ?? "") ?? {};
}

function linesOf(file: string): readonly string[] {
  try {
    const stat = fs.statSync(file);
    if (!stat.isFile() || stat.size > LARGEST_FILE) return [];
    return fs.readFileSync(file, "utf8").split(/\r?\n/);
  } catch {
    return [];
  }
}
