/**
 * The random walk of fixtures/simulations/walk.ts as plain JavaScript. Imported a second time as
 * `walk.js?bare` it is another function to V8, so that what one side of a comparison teaches the
 * compiler about it does not reach the other.
 */
export const walk = {
  name: "random-walk",
  params: { p: 0.5 },
  init: () => 0,
  step: (x, rng, ctx) => x + (rng.random() < ctx.params.p ? 1 : -1),
};
