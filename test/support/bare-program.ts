import type { Program } from "../../src/object/program.ts";

/** The fields of a program besides its code, if it was handed over in memory: all empty. */
export const BARE: Pick<
  Program,
  "parts" | "externals" | "inputs" | "environment" | "zone" | "locale"
> = { parts: [], externals: [], inputs: [], environment: [], zone: undefined, locale: undefined };
