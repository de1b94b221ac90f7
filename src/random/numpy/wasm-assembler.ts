import { toLeb128 } from "../../base/leb128.ts";
/** A WebAssembly function in text: one exported function over one page of exported memory. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly (readonly [name: string, type: ValueType])[];
  readonly locals: readonly (readonly [name: string, type: ValueType])[];
  /** Instructions and their operands, in the order of a stack machine; `;;` begins a comment. */
  readonly code: string;
}

export type ValueType = keyof typeof VALUE_TYPES;

const VALUE_TYPES = { i32: 0x7f, i64: 0x7e } as const;

/**
 * The operand of an instruction: nothing, a number, the name of a local, or an offset in memory.
 */
type Operand = "none" | "signed" | "local" | "offset" | "label" | "block";

const INSTRUCTIONS: Readonly<Record<string, readonly [opcode: number, operand: Operand]>> = {
  loop: [0x03, "block"],
  end: [0x0b, "none"],
  br_if: [0x0d, "label"],
  "local.get": [0x20, "local"],
  "local.set": [0x21, "local"],
  "local.tee": [0x22, "local"],
  "i64.load": [0x29, "offset"],
  "i64.store": [0x37, "offset"],
  "i32.const": [0x41, "signed"],
  "i64.const": [0x42, "signed"],
  "i32.lt_u": [0x49, "none"],
  "i64.lt_u": [0x54, "none"],
  "i32.add": [0x6a, "none"],
  "i64.add": [0x7c, "none"],
  "i64.mul": [0x7e, "none"],
  "i64.and": [0x83, "none"],
  "i64.xor": [0x85, "none"],
  "i64.shr_u": [0x88, "none"],
  "i64.rotr": [0x8a, "none"],
  "i64.extend_i32_u": [0xad, "none"],
  "f64.store": [0x39, "offset"],
  "f64.mul": [0xa2, "none"],
  "f64.convert_i64_s": [0xb9, "none"],
  "f64.reinterpret_i64": [0xbf, "none"],
};

/** The bytes of a module with this function: see the WebAssembly core specification, part 5. */
export function assemble(source: WasmFunction): Uint8Array<ArrayBuffer> {
  const { name, parameters, locals } = source;
  const body = [
    ...vector(locals.map(([, type]) => [1, VALUE_TYPES[type]])),
    ...instructionsOf(source),
    0x0b,
  ];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [[0x60, ...vector(parameters.map(([, type]) => [VALUE_TYPES[type]])), 0]]),
    ...section(3, [[0]]),
    ...section(5, [[0x00, 1]]),
    ...section(7, [
      [...text("memory"), 0x02, 0],
      [...text(name), 0x00, 0],
    ]),
    ...section(10, [[...toLeb128(body.length), ...body]]),
  ]);
}

function instructionsOf({ parameters, locals, code }: WasmFunction): number[] {
  const names = [...parameters, ...locals].map(([name]) => name);
  const words = code.replace(/;;.*$/gm, "").split(/\s+/).filter(Boolean);
  const bytes: number[] = [];
  for (let i = 0; i < words.length; i++) {
    const [opcode, operand] = INSTRUCTIONS[words[i] as string] ?? unknown(words[i]);
    bytes.push(opcode);
    if (operand === "signed") bytes.push(...signed(BigInt(words[++i] as string), opcode));
    if (operand === "label") bytes.push(...toLeb128(Number(words[++i])));
    // Aligned to eight bytes, as a power of two.
    if (operand === "offset") bytes.push(3, ...toLeb128(Number(words[++i])));
    if (operand === "block") bytes.push(0x40);
    if (operand === "local") {
      const index = names.indexOf(words[++i] as string);
      bytes.push(...toLeb128(index === -1 ? unknown(words[i]) : index));
    }
  }
  return bytes;
}

function unknown(word: string | undefined): never {
  throw new TypeError(`expected an instruction or a local of this function, got ${word}`);
}

function section(id: number, entries: readonly (readonly number[])[]): number[] {
  const content = vector(entries);
  return [id, ...toLeb128(content.length), ...content];
}

function vector(entries: readonly (readonly number[])[]): number[] {
  return [...toLeb128(entries.length), ...entries.flat()];
}

function text(name: string): number[] {
  return [...toLeb128(name.length), ...Array.from(name, (letter) => letter.charCodeAt(0))];
}

/** Signed LEB128 of a constant, which may also be written as an unsigned number of its width. */
function signed(value: bigint, opcode: number): number[] {
  let rest = BigInt.asIntN(opcode === 0x41 ? 32 : 64, value);
  const bytes: number[] = [];
  for (;;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    const done = (rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40);
    if (done) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}
