/** The sum of `count` doubles. Imported as `doubles.js?bare` it is another function to V8: see walk.js. */
export function sumOfDoubles(rng, count) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += rng.random();
  return sum;
}
