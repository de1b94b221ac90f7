import { meant } from "./keys.ts";
import { readCount } from "./parse-numbers.ts";
import type { PlanLoader } from "./plan.ts";
import { expectedAt, planErrorAt, type TokenReader } from "./tokens.ts";

/** A loader: `shuffle 1444 batch 64 workers 2 persistent`, `loader 362 batch 64`. */
export function readLoader(tokens: TokenReader): PlanLoader {
  const shuffles = tokens.peek();
  if (!tokens.takes("shuffle") && !tokens.takes("loader")) {
    const expected = 'a loader: "shuffle" or "loader" and its length';
    throw expectedAt(shuffles, expected, meant(shuffles.text, ["shuffle", "loader"]));
  }
  const length = readCount(tokens, "the number of samples in the loader");
  let loader: PlanLoader = { length, shuffle: shuffles.text === "shuffle" };
  for (;;) {
    const option = OPTIONS[tokens.peek().text];
    if (option === undefined) return loader;
    const word = tokens.take();
    const read = option(tokens);
    const twice = Object.keys(read).some((key) => Object.hasOwn(loader, key));
    if (twice) throw planErrorAt(word, `${word.text} was given more than once`);
    loader = { ...loader, ...read };
  }
}

/** Checks that a loader's options end where its step does. */
export function endLoader(tokens: TokenReader): void {
  const { text } = tokens.peek();
  if (text === ";" || text === "}" || text === "") return;
  const expected = `${NAMES.join(", ")}, a semicolon or a new line`;
  throw expectedAt(tokens.peek(), expected, meant(text, NAMES));
}

const NAMES = [
  "batch",
  "drop last",
  "workers",
  "prefetch",
  "persistent",
  "generator own",
  "part",
  "break after",
];

const OPTIONS: Readonly<
  Record<string, ((tokens: TokenReader) => Partial<PlanLoader>) | undefined>
> = Object.assign(Object.create(null), {
  batch: (tokens: TokenReader) => ({
    batchSize: readCount(tokens, "the size of a batch, at least 1", 1),
  }),
  drop: (tokens: TokenReader) => {
    if (!tokens.takes("last")) throw expectedAt(tokens.peek(), '"last", of "drop last"');
    return { dropLast: true };
  },
  workers: (tokens: TokenReader) => ({ numWorkers: readCount(tokens, "a number of workers") }),
  prefetch: (tokens: TokenReader) => ({
    prefetchFactor: readCount(tokens, "a number of batches ahead of each worker, at least 1", 1),
  }),
  persistent: () => ({ persistentWorkers: true }),
  generator: (tokens: TokenReader) => {
    const whose = tokens.peek();
    if (tokens.takes("own")) return { generator: "own" };
    if (tokens.takes("default")) return { generator: "default" };
    throw expectedAt(whose, '"own" or "default"');
  },
  part: (tokens: TokenReader) => ({
    part: readCount(tokens, "the number of a part, at least 1", 1),
  }),
});
