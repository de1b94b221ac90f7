import type { BackgroundHash, Hash } from "../../codec/hash.ts";
import type { PackTools } from "../../store/pack.ts";
import type { Files } from "../host/files.ts";
import type { Seal } from "../host/machine-seal.ts";

/** What a file store needs. */
export interface FileStoreTools extends PackTools {
  readonly files: Files;
  readonly hash: Hash;
  readonly backgroundHash: BackgroundHash;
  /** A new incremental SHA-256. */
  runningHash(): { update(bytes: Uint8Array): void; digest(): Uint8Array };
  /** A short unique text for the name of a journal. */
  uniqueName(): string;
  /** Tells what this user logged from what came with a copy of the store. */
  readonly seal: Seal;
}
