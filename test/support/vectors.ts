import { readFileSync } from "node:fs";

/** The frozen values in `fixtures/vectors/<name>.json`. */
export function readVectors<T>(name: string): T {
  const file = new URL(`../../fixtures/vectors/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")) as T;
}
