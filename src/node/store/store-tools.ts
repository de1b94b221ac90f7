import type { Hash } from "../../codec/hash.ts";
import type { PackTools } from "../../store/pack.ts";
import type { Files } from "../host/files.ts";
import type { Seal } from "../host/machine-seal.ts";

/** What a file store is made with. */
export interface FileStoreTools extends PackTools {
  readonly files: Files;
  readonly hash: Hash;
  /** A fresh SHA-256 that is fed piece by piece. */
  runningHash(): { update(bytes: Uint8Array): void; digest(): Uint8Array };
  /** A short text that no other writer uses, for the name of a journal. */
  uniqueName(): string;
  /** Tells what this user has logged from what came along with the store. */
  readonly seal: Seal;
}
