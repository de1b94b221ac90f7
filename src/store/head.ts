import { RewindError } from "../base/errors.ts";
import { type Id, isId } from "../object/id.ts";
import { HEADS, isRefName } from "./ref-name.ts";

/** The content of HEAD: a ref or a run, and optionally a step. */
export interface Head {
  readonly ref: string | undefined;
  readonly run: Id<"run"> | undefined;
  readonly step: number | undefined;
}

/** The text of HEAD in a new store. */
export const UNBORN_HEAD: string = `ref: ${HEADS}main`;

const STEP_LINE = /^step: (0|[1-9]\d{0,15})$/;

/** Reads the text of HEAD: `ref: refs/heads/main` or a run's id, then perhaps `step: 12`. Throws STORE_DAMAGED. */
export function parseHead(text: string): Head {
  const [where = "", ...more] = text.split("\n");
  const ref = where.startsWith("ref: ") ? where.slice("ref: ".length) : undefined;
  const isSound = ref === undefined ? isId(where) : ref.startsWith(HEADS) && isRefName(ref);
  const step = more.length === 0 ? undefined : STEP_LINE.exec(more.join("\n"))?.[1];
  if (!isSound || (more.length > 0 && step === undefined)) {
    throw new RewindError(
      "STORE_DAMAGED",
      `HEAD: expected a ref or a run, and perhaps a step, got ${JSON.stringify(text.slice(0, 80))}`,
      { file: "HEAD" },
    );
  }
  const run = ref === undefined ? (where as Id<"run">) : undefined;
  return { ref, run, step: step === undefined ? undefined : Number(step) };
}

/** The text of HEAD. */
export function formatHead(head: Head): string {
  const where = head.ref === undefined ? `${head.run}` : `ref: ${head.ref}`;
  return head.step === undefined ? where : `${where}\nstep: ${head.step}`;
}

/** Whether a text is valid in a ref: an id, or in HEAD what `parseHead` reads. */
export function isTarget(name: string, text: string): boolean {
  if (name !== "HEAD") return isId(text);
  try {
    parseHead(text);
    return true;
  } catch {
    return false;
  }
}
