import { createHash } from "node:crypto";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import type { Ended, Measured } from "./lab.ts";

/**
 * Characters that a terminal obeys or hides: C0 and C1 except line feeds and tabs, bidirectional
 * and invisible ones.
 */
const RAW = /[^\P{Cc}\n\t]|[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;

const STATUSES = [0, 1, 2, 3, 4, 129, 130, 143];

/** What is wrong with how a command ended, for any input; undefined if nothing is wrong. */
export function complaintAbout({ status, signal, stdout, stderr }: Ended): string | undefined {
  if (signal !== null) return `it ended by ${signal}: ${stderr}`;
  if (!STATUSES.includes(status ?? -1)) return `status ${status}: ${stderr}`;
  if (/\n\s+at \S|fault in rewind/.test(stderr)) return `a stack trace: ${stderr}`;
  const raw = RAW.exec(stdout + stderr);
  if (raw !== null) return `a raw U+${raw[0].codePointAt(0)?.toString(16)}: ${stdout}${stderr}`;
  if ((status === 1 || status === 4) && stderr === "" && stdout === "") return "no word of why";
  return undefined;
}

/** How much more processor time than `handlingMs` a command may take: twice the most content of a file. */
const MOST_HANDLED = 16;
/** A command that takes less needs no comparison. */
const FEW_MS = 1_000;
const MOST_MEMORY_KB = 500_000;

/** The same for a command on a stranger's files, which also has limits of time and memory. */
export function complaintAboutCost(ended: Measured): string | undefined {
  const { cpuMs, memoryKb } = ended;
  const complaint = complaintAbout(ended);
  if (complaint !== undefined) return complaint;
  // Measured now, so that a slow or a busy machine gives it more time.
  const most = cpuMs < FEW_MS ? Number.POSITIVE_INFINITY : MOST_HANDLED * handlingMs();
  if (cpuMs > most) return `${Math.round(cpuMs)} ms of processor time, over ${Math.round(most)}`;
  return memoryKb > MOST_MEMORY_KB ? `${memoryKb} kB` : undefined;
}

/** The processor time that the machine takes now to pack, unpack and hash 64 MiB in small chunks. */
function handlingMs(): number {
  const chunk = new Uint8Array(50_000).fill(7);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 1 };
  const before = process.cpuUsage();
  for (let done = 0; done < 1 << 26; done += chunk.length) {
    brotliDecompressSync(brotliCompressSync(chunk, { params }));
    createHash("sha256").update(chunk).digest();
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** The messages for refusals by the system. */
const OF_THE_SYSTEM =
  /\bE(IO|NOSPC|DQUOT|ACCES|ROFS|MFILE)\b|made to fail|disk is full|quota|permission denied|cannot (be|read|write)|read-only/;

/** A file or a folder, of the store, of the project, or by its path. */
const PLACE =
  /[ '":](\.|HEAD|config|objects|refs|logs|local|\.rewind|\.?[\w.-]*\/\S+|[\w-]+\.[a-z]+)(?=$|[ '":,])/;

/** The same for a command that failed with an error: its first line says what, and where. */
export function complaintAboutError(ended: Ended): string | undefined {
  const complaint = complaintAbout(ended);
  if (complaint !== undefined || [0, 3, 130].includes(ended.status ?? 1)) return complaint;
  const line = /^error: .*$/m.exec(ended.stderr)?.[0];
  if (line === undefined) return `status ${ended.status} without an error: ${ended.stderr}`;
  if (OF_THE_SYSTEM.test(line) && !PLACE.test(line)) return `no word of where: ${line}`;
  return undefined;
}
