/** A file or a folder that a program read while it was loaded. */
export type CapturedInput =
  | {
      /** Relative to the project folder, with `/`, if it is inside or was named relative to it. */
      readonly path: string;
      /** SHA-256 of the file's bytes, in hexadecimal. */
      readonly digest: string;
      readonly length: number;
      /** Its contents; undefined if it was over the limit or may hold secrets. */
      readonly bytes?: Uint8Array;
    }
  | { readonly path: string; readonly absent: true }
  | {
      readonly path: string;
      /** The names in a folder, sorted; those of folders end with `/`. */
      readonly listing: readonly string[];
    };

/** Everything that a program's results may depend on besides its code, its params and its seed. */
export interface Captured {
  /** Sorted by path. */
  readonly inputs: readonly CapturedInput[];
  /**
   * The environment variables that it read, sorted by name, each with the digest of its name and
   * value; null if it was not set.
   */
  readonly environment: readonly (readonly [name: string, digest: string | null])[];
  readonly zone: string;
  readonly locale: string;
}
