import { utf8 } from "../base/bytes.ts";
import { jump } from "../random/mersenne/jump.ts";
import { Mt19937 } from "../random/mersenne/mt19937.ts";
import { PythonGenerator } from "../random/python/generator.ts";
import { keyOfSeed } from "../random/python/seed.ts";
import { PermutingConsumer, upTo } from "./consumer.ts";
import type { DrawsStep } from "./plan.ts";

/**
 * `random.Random`. A permutation is `random.shuffle(list(range(n)))`, and the state is
 * `json.dumps(random.getstate())`.
 */
export class PythonConsumer extends PermutingConsumer {
  #twister = Mt19937.seededBy(keyOfSeed(0));
  #rng = new PythonGenerator(this.#twister);
  /** Where the twister stood when draws were counted last. */
  #counted = copyOf(this.#twister);
  #total = 0;

  get drawn(): number {
    this.#total += catchUp(this.#counted, this.#twister);
    return this.#total;
  }

  override seed(seed: bigint): void {
    this.#total = this.drawn;
    this.#twister = Mt19937.seededBy(keyOfSeed(seed));
    this.#rng = new PythonGenerator(this.#twister);
    this.#counted = copyOf(this.#twister);
  }

  override draws(count: number, unit: DrawsStep["unit"]): void {
    const words = unit === "doubles" ? 2 * count : count;
    this.#total = this.drawn + words;
    jump(this.#twister, words);
    this.#counted = copyOf(this.#twister);
  }

  override permutation(length: number): ArrayLike<number> {
    return this.#rng.shuffle(upTo(length));
  }

  override passPermutation(length: number): void {
    // random.shuffle draws numbers below n: as many bits as n has, until they are less than n.
    for (let n = length; n > 1; n--) {
      const shift = Math.clz32(n);
      while (this.#twister.uint32() >>> shift >= n);
    }
  }

  override state(): Uint8Array {
    // With the spaces that Python's json.dumps writes, so that digests agree.
    return utf8(JSON.stringify(this.#rng.getstate()).replaceAll(",", ", "));
  }
}

function copyOf({ words, drawn }: Mt19937): Mt19937 {
  return Mt19937.restored(words, drawn);
}

/** Moves `behind` forward to `ahead`, and returns the number of words between them. */
function catchUp(behind: Mt19937, ahead: Mt19937): number {
  let words = 0;
  while (behind.words.some((word, i) => word !== ahead.words[i])) {
    // The first word of the next twist, which makes all of its words.
    const step = behind.words.length - behind.drawn + 1;
    behind.skip(step);
    words += step;
  }
  words += ahead.drawn - behind.drawn;
  behind.drawn = ahead.drawn;
  return words;
}
