import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { isOwnGrant } from "./own-file.ts";
import { userFolder } from "./user-folders.ts";

const SECRET_BYTES = 32;

/** Marks texts as this user's. */
export interface Seal {
  /** The seal of a text. */
  make(text: string): string;
  /** Whether this is the user's seal of the text. */
  isOurs(text: string, seal: string): boolean;
}

/**
 * Seals texts with a secret of this user, which is kept outside every project, so that texts from a
 * stranger's store cannot carry the seal. The secret is made at the first use. Without a home folder,
 * or in one that cannot be written, no seal counts; `onUnkept` is then called at the first one, with
 * the reason.
 */
export function machineSeal(onUnkept: (why: string) => void = () => undefined): Seal {
  let secret: Uint8Array | undefined;
  let isToldOf = false;
  const sealed = (text: string): string =>
    crypto
      .createHmac("sha256", secret ?? NONE)
      .update(text)
      .digest("hex")
      .slice(0, 16);
  return {
    make(text) {
      secret ??= readSecret() ?? makeSecret();
      if (secret === undefined && !isToldOf) {
        isToldOf = true;
        const file = secretFile();
        const secretOf = "the secret that marks it as yours";
        onUnkept(
          file === undefined
            ? `there is no home folder for ${secretOf}`
            : `${file}, ${secretOf}, cannot be written`,
        );
      }
      return sealed(text);
    },
    isOurs(text, seal) {
      secret ??= readSecret();
      // Anyone can make a seal without a secret.
      return secret !== undefined && seal === sealed(text);
    },
  };
}

const NONE = new Uint8Array(0);

function secretFile(): string | undefined {
  const folder = userFolder("config");
  return folder === undefined ? undefined : path.join(folder, "rewind", "secret");
}

function readSecret(): Uint8Array | undefined {
  const file = secretFile();
  // Anyone else who could have put the file there could seal as this user.
  if (file === undefined || !isOwnGrant(file)) return undefined;
  try {
    const bytes = fs.readFileSync(file);
    return bytes.length === SECRET_BYTES ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** If two processes make a secret at once, both use the one that was linked first. */
function makeSecret(): Uint8Array | undefined {
  const file = secretFile();
  if (file === undefined) return undefined;
  const draft = `${file}.${crypto.randomBytes(6).toString("hex")}`;
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    fs.writeFileSync(draft, crypto.randomBytes(SECRET_BYTES), { mode: 0o600, flag: "wx" });
    try {
      fs.linkSync(draft, file);
    } catch {
      if (!fs.existsSync(file)) fs.renameSync(draft, file);
    }
  } catch {
    return undefined;
  } finally {
    removeDraft(draft);
  }
  return readSecret();
}

/** Where a folder of the path is a file, removing fails as writing did. */
function removeDraft(draft: string): void {
  try {
    fs.rmSync(draft, { force: true });
  } catch {
    // Then nothing was written, and nothing is left to remove.
  }
}
