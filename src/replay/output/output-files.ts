import type { OutputSink } from "../environment.ts";

/**
 * The files of the outputs of one run. Nothing is written before `flush`, so that steps may call
 * `take` and `note`.
 */
export interface OutputFiles extends OutputSink {
  /** Notes that the lines of all steps before `next` are taken: the files can be cut here later. */
  note(next: number): void;
  /** Writes what was taken, unless it is little. Throws FILE_FAILED. */
  flush(): void;
  /**
   * Drops what is taken for step `next` and later ones, or for more if this place was not noted.
   * Returns the step up to which, itself not included, the lines are there.
   */
  cut(next: number): number;
  /** Writes everything, and what is needed to continue here after a crash. Throws FILE_FAILED. */
  save(): void;
  /** The same, at the end: the files are whole, up to the last note. */
  close(): void;
  /** Ends the work. The files stay as they are, if anything was written. */
  abandon(): void;
}
