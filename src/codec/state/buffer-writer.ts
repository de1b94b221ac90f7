import { LITTLE_ENDIAN, MAJOR, type Writer } from "../cbor/writer.ts";
import { hiddenFault, isOrdinary } from "./buffer-cover.ts";
import { bareFault, type Fault } from "./faults.ts";
import { refusal } from "./refusal.ts";
import type { Sharing } from "./sharing.ts";
import { TAG } from "./tags.ts";
import type { ViewType } from "./views.ts";

/** The views of one buffer in the state, and whether the state holds the buffer itself. */
interface BufferUse {
  readonly views: { readonly view: ArrayBufferView; readonly type: ViewType }[];
  bare: boolean;
  /** The path of a view that does not show all of the buffer. */
  doubtful: string | undefined;
}

/**
 * Writes array buffers and views of them. A typed array that alone shows its whole buffer is written
 * as its elements. Any other view names its buffer, so that views of one buffer still share it. A
 * buffer with bytes that no part of the state shows is refused, since those bytes may be anything.
 */
export class BufferWriter {
  readonly #out: Writer;
  readonly #sharing: Sharing;
  readonly #writeObject: (buffer: ArrayBuffer) => void;
  readonly #path: () => string;
  #uses: Map<ArrayBuffer, BufferUse> | undefined;

  constructor(
    out: Writer,
    sharing: Sharing,
    state: { writeObject(buffer: ArrayBuffer): void; path(): string },
  ) {
    this.#out = out;
    this.#sharing = sharing;
    this.#writeObject = state.writeObject;
    this.#path = state.path;
  }

  /** Refuses buffers that the state shows only a part of. Called when all views are known. */
  checkHidden(): void {
    for (const [buffer, { views, bare, doubtful }] of this.#uses ?? []) {
      if (bare || doubtful === undefined) continue;
      const fault = hiddenFault(
        buffer,
        views.map(({ view }) => view),
      );
      if (fault !== undefined) throw refusal(doubtful, fault.found, fault.advice);
    }
  }

  /** Writes a buffer that the state holds itself, or returns what is wrong with it. */
  writeBuffer(buffer: ArrayBuffer): Fault | undefined {
    const fault = bufferFault(buffer) ?? bareFault(buffer);
    if (fault !== undefined) return fault;
    if (!this.#sharing.marking) {
      const use = this.#use(buffer);
      if (use.views.length > 0) this.#sharing.share(buffer);
      use.bare = true;
    }
    this.#buffer(buffer);
    return undefined;
  }

  /** Writes a view, or returns what is wrong with it. */
  writeView(view: ArrayBufferView, type: ViewType): Fault | undefined {
    const elements = type.number === 0 ? 0 : view.byteLength / type.elementBytes;
    const fault = bufferFault(view.buffer) ?? bareFault(view, elements);
    if (fault === undefined) this.#view(view as ArrayBufferView<ArrayBuffer>, type);
    return fault;
  }

  #view(view: ArrayBufferView<ArrayBuffer>, type: ViewType): void {
    const buffer = view.buffer;
    if (!this.#sharing.marking) {
      const use = this.#use(buffer);
      if (use.bare || use.views.length > 0) this.#sharing.share(buffer);
      use.views.push({ view, type });
      if (view.byteLength !== buffer.byteLength || !isOrdinary(buffer))
        use.doubtful ??= this.#path();
    }
    const elements = view.byteLength / type.elementBytes;
    const whole = view.byteLength === buffer.byteLength && type.number !== 0;
    if (whole && !this.#sharing.isShared(buffer)) {
      if (type.number !== 64) this.#out.head(MAJOR.TAG, type.number);
      this.#bytes(buffer, [{ view, type }]);
      return;
    }
    this.#out.head(MAJOR.TAG, TAG.VIEW);
    this.#out.head(MAJOR.ARRAY, 4);
    this.#out.head(MAJOR.UNSIGNED, type.number);
    if (this.#sharing.marking && this.#sharing.isShared(buffer)) this.#writeObject(buffer);
    else this.#buffer(buffer);
    this.#out.number(view.byteOffset);
    this.#out.number(elements);
  }

  #buffer(buffer: ArrayBuffer): void {
    const use = this.#use(buffer);
    const type = use.views[0]?.type;
    // When another type of view shows the same bytes, a NaN's payload is data and stays as it is.
    const alike = !use.bare && use.views.every((seen) => seen.type === type);
    this.#out.head(MAJOR.TAG, TAG.ARRAY_BUFFER);
    this.#bytes(buffer, alike ? use.views : []);
  }

  #bytes(buffer: ArrayBuffer, views: BufferUse["views"]): void {
    this.#out.byteString(new Uint8Array(buffer));
    const start = this.#out.length - buffer.byteLength;
    for (const { view } of views) {
      const at = start + view.byteOffset;
      if (view instanceof Float64Array) writeNaNs(view, this.#out.bytes, at, 8, [0xf8, 0x7f]);
      else if (view instanceof Float32Array) writeNaNs(view, this.#out.bytes, at, 4, [0xc0, 0x7f]);
    }
  }

  #use(buffer: ArrayBuffer): BufferUse {
    this.#uses ??= new Map();
    let use = this.#uses.get(buffer);
    if (use === undefined) {
      use = { views: [], bare: false, doubtful: undefined };
      this.#uses.set(buffer, use);
    }
    return use;
  }
}

/** Gives every NaN the payload 0: the original payload depends on the machine and the compiler. */
function writeNaNs(
  floats: Float32Array | Float64Array,
  bytes: Uint8Array,
  start: number,
  elementBytes: number,
  highBytes: readonly number[],
): void {
  for (let i = 0; i < floats.length; i++) {
    if (!Number.isNaN(floats[i])) continue;
    const at = start + i * elementBytes;
    bytes.fill(0, at, at + elementBytes - 2);
    bytes.set(highBytes, at + elementBytes - 2);
  }
}

function bufferFault(buffer: ArrayBufferLike): Fault | undefined {
  if (!(buffer instanceof ArrayBuffer)) {
    const found = "is backed by a SharedArrayBuffer, which other threads can change";
    return { found, advice: "copy it, for example with slice()" };
  }
  if ((buffer as { resizable?: boolean }).resizable === true) {
    return {
      found: "is backed by a resizable buffer",
      advice: "copy it, for example with slice()",
    };
  }
  if ((buffer as { immutable?: boolean }).immutable === true) {
    return {
      found: "is backed by an immutable buffer",
      advice: "copy it, for example with slice()",
    };
  }
  if (!LITTLE_ENDIAN) {
    const found = "is binary data on a machine that keeps the high byte first";
    return { found, advice: "use a plain array, or a machine that keeps the low byte first" };
  }
  return isDetached(buffer)
    ? { found: "is backed by a buffer that was transferred away", advice: "store a copy" }
    : undefined;
}

function isDetached(buffer: ArrayBuffer): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}
