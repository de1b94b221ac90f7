/**
 * What a worker notes as its slices end, in memory that both threads see: a worker that dies or
 * hangs can no longer say it.
 */
export class Notes {
  readonly memory: SharedArrayBuffer;
  readonly #numbers: Float64Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(8 * LENGTH)) {
    this.memory = memory;
    this.#numbers = new Float64Array(memory);
  }

  /** Notes the step that a slice reached, and the units done of the piece. */
  sliceEnds(step: number, done: number): void {
    const numbers = this.#numbers;
    numbers[STEP] = step;
    numbers[DONE] = done;
    numbers[SLICES] = (numbers[SLICES] as number) + 1;
  }

  get step(): number {
    return this.#numbers[STEP] as number;
  }

  get done(): number {
    return this.#numbers[DONE] as number;
  }

  /** How many slices have ended. */
  get slices(): number {
    return this.#numbers[SLICES] as number;
  }
}

const STEP = 0;
const DONE = 1;
const SLICES = 2;
const LENGTH = 3;
