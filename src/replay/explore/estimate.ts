/** What the trials of one level gave. */
export interface LevelResult {
  /** The level that they were to reach; undefined for the goal. */
  readonly level: number | undefined;
  readonly trials: number;
  /** How many of them reached it. */
  readonly reached: number;
}

/** An estimate of the probability of a goal. */
export interface Estimate {
  readonly probability: number;
  readonly standardError: number;
}

/**
 * The probability of a goal from fixed-effort splitting: the product of the parts of the trials that
 * reached each level, which is unbiased (Garvels, The splitting method in rare event simulation,
 * 2000, ch. 2; Cérou, Guyader and Rousset, Adaptive multilevel splitting: historical perspective and
 * recent results, 2019, sec. 2). The standard error is that of independent levels: the square of the
 * relative error is ∏ (1 + (1 - p) / (n p)) - 1. It is exact if the way to a level does not change
 * what follows, and too small if some of the states that reach it are much better than others.
 */
export function estimate(levels: readonly LevelResult[]): Estimate {
  let probability = 1;
  /** ∏ (1 + x) - 1, without the loss of small x in a sum with 1. */
  let square = 0;
  for (const { trials, reached } of levels) {
    const part = reached / trials;
    probability *= part;
    const own = reached === 0 ? 0 : (1 - part) / (trials * part);
    square += own + square * own;
  }
  return { probability, standardError: probability * Math.sqrt(square) };
}
