import type { Program } from "../../src/object/program.ts";

/** What a program has besides its code, where it was handed over in memory: nothing. */
export const BARE: Pick<
  Program,
  "parts" | "externals" | "inputs" | "environment" | "zone" | "locale"
> = { parts: [], externals: [], inputs: [], environment: [], zone: undefined, locale: undefined };
