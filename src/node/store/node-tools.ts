import crypto from "node:crypto";
import { nodeFiles } from "../host/files.ts";
import { machineSeal, type Seal } from "../host/machine-seal.ts";
import {
  backgroundHash,
  nodeCompression,
  nodeCrc32,
  nodeHash,
  runningHash,
} from "../host/platform.ts";
import type { FileStoreTools } from "./store-tools.ts";

/** What a store in files needs, as Node has it. */
export function nodeTools(seal: Seal = machineSeal()): FileStoreTools {
  return {
    files: nodeFiles,
    hash: nodeHash,
    crc32: nodeCrc32,
    compression: nodeCompression,
    backgroundHash,
    runningHash,
    seal,
    uniqueName: () => crypto.randomBytes(8).toString("hex"),
  };
}
