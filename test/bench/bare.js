import { walk } from "./walk.js?bare";

/** What every comparison is against: the simulation's own step in a plain loop, and nothing else. */
export function bareWalk(rng, steps, from = 0, start = walk.init()) {
  const { step, params } = walk;
  const ctx = { step: from, params };
  let x = start;
  for (let t = from; t < steps; t++) {
    ctx.step = t;
    x = step(x, rng, ctx);
  }
  return x;
}

/** The same, with a look at every state, the first included; stops where `visit` returns true. */
export function bareWalkVisiting(rng, steps, visit) {
  const { init, step, params } = walk;
  const ctx = { step: 0, params };
  let x = init();
  if (visit(x, ctx)) return 0;
  for (let t = 0; t < steps; t++) {
    ctx.step = t;
    x = step(x, rng, ctx);
    if (visit(x, ctx)) return t + 1;
  }
  return undefined;
}

/** Welford's running moments, as `stats` computes them. */
export class Moments {
  count = 0;
  mean = 0;
  squares = 0;
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;

  add(x) {
    this.count++;
    const delta = x - this.mean;
    this.mean += delta / this.count;
    this.squares += delta * (x - this.mean);
    if (!(x >= this.min)) this.min = x;
    if (!(x <= this.max)) this.max = x;
  }
}
