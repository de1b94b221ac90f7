import { type Cursor, invalid } from "../cbor/cursor.ts";
import { MAJOR } from "../cbor/writer.ts";
import { hiddenFault } from "./buffer-cover.ts";
import { type TypedArray, VIEW_TYPE_BY_NUMBER } from "./views.ts";

/** What reading views needs: the encoding, and the items in it. */
interface ViewInput extends Cursor {
  item(depth: number): unknown;
  size(): number;
  builtLast<T extends object>(build: () => T): T;
}

/**
 * Reads views that name their buffer, and tracks the buffers that the state shows only through
 * views.
 */
export class BufferReader {
  readonly #views = new Map<ArrayBuffer, ArrayBufferView[]>();
  /** The buffers that the state holds itself. */
  readonly #held = new Set<ArrayBuffer>();
  /** Whether the next buffer belongs to a view. */
  #inView = false;

  /** Notes a buffer that was read, unless it belongs to a view. */
  held(buffer: ArrayBuffer): ArrayBuffer {
    if (!this.#inView) this.#held.add(buffer);
    this.#inView = false;
    return buffer;
  }

  /** Reads a view whose tag was just read. */
  readView(input: ViewInput, depth: number, start: number): TypedArray | DataView {
    return input.builtLast(() => this.#view(input, depth, start));
  }

  /** Checks that the views together show all of each buffer that the state does not hold itself. */
  checkHidden(end: number): void {
    for (const [buffer, views] of this.#views) {
      if (this.#held.has(buffer) || hiddenFault(buffer, views) === undefined) continue;
      throw invalid("views that show all of their buffer", "a part that none shows", end);
    }
  }

  #view(input: ViewInput, depth: number, start: number): TypedArray | DataView {
    input.expect(MAJOR.ARRAY, "a view");
    if (input.argument !== 4) throw invalid("4 parts of a view", `${input.argument}`, start);
    input.enter(4, depth, start);
    const type = VIEW_TYPE_BY_NUMBER.get(input.size());
    // A shared buffer begins with a tag of two bytes, any other with its own of five.
    const isAlone = input.bytes[input.at] === 0xda;
    this.#inView = true;
    const buffer = input.item(depth + 1);
    const byteOffset = input.size();
    const length = input.size();
    if (type === undefined || !(buffer instanceof ArrayBuffer)) {
      throw invalid("a view of a buffer", "something else", start);
    }
    const byteLength = length * type.elementBytes;
    const fits =
      byteOffset % type.elementBytes === 0 && byteOffset + byteLength <= buffer.byteLength;
    if (!fits || (isAlone && type.number !== 0)) {
      throw invalid("a DataView, or a view of a shared buffer", "another", start);
    }
    const view = type.build(buffer, byteOffset, length);
    const views = this.#views.get(buffer);
    if (views === undefined) this.#views.set(buffer, [view]);
    else views.push(view);
    return view;
  }
}
