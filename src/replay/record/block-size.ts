/** A state of at most this many bytes costs so little that it does not count. */
const SMALL_STATE_BYTES = 4096;
/** Beyond that, storing this many bytes costs about as much as a step. */
const BYTES_PER_STEP = 16;
/** The size of a state never makes a block longer than this. */
const LARGEST_BY_STATE = 4096;

/**
 * The default number of steps in a block: ceil(sqrt(steps)), which keeps both the checkpoints and
 * the steps of a replay few. It is more for a large first state, because storing it takes as long as
 * thousands of steps. It depends on nothing else, so that a recording repeated anywhere has the
 * same blocks.
 *
 * @param stateBytes the length of the first state's encoding
 */
export function defaultBlockSize(steps: number, stateBytes: number): number {
  const large = Math.ceil((stateBytes - SMALL_STATE_BYTES) / BYTES_PER_STEP);
  return Math.max(1, Math.ceil(Math.sqrt(steps)), Math.min(large, LARGEST_BY_STATE));
}
