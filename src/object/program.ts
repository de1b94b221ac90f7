import { decodeBody, encodeBody, idBytes } from "./body.ts";
import type { Id } from "./id.ts";

/** The code of a run: what ran, and with which generator. */
export interface Program {
  /** The simulation's name. */
  readonly name: string;
  /** The module's path, relative to the project; undefined for a simulation handed over in memory. */
  readonly module: string | undefined;
  readonly exportName: string | undefined;
  /**
   * The chunk that holds the bundled source: its id is the source's digest, and an artifact may
   * leave the chunk itself out.
   */
  readonly source: Id<"chunk">;
  readonly generator: string;
  readonly generatorVersion: number;
  /** The packages that the source imports, with their versions, by name. */
  readonly packages: readonly (readonly [name: string, version: string])[];
}

/** The bytes of a program object. */
export function encodeProgram(program: Program): Uint8Array {
  return encodeBody("program", format(program));
}

/** Reads a program object. */
export function decodeProgram(body: Uint8Array): Program {
  return decodeBody(
    "program",
    body,
    (fields) => ({
      name: fields.expectLength(7).text(),
      module: fields.optional((field) => field.text()),
      exportName: fields.optional((field) => field.text()),
      source: fields.id<"chunk">(),
      generator: fields.text(),
      generatorVersion: fields.integer(),
      packages: fields.list((element): [string, string] => {
        const pair = element.nested().expectLength(2);
        return [pair.text(), pair.text()];
      }),
    }),
    format,
  );
}

function format(program: Program): readonly unknown[] {
  return [
    program.name,
    program.module ?? null,
    program.exportName ?? null,
    idBytes(program.source),
    program.generator,
    program.generatorVersion,
    program.packages.map(([name, version]) => [name, version]),
  ];
}
