import { count } from "../../base/count.ts";
import type { Fault } from "./faults.ts";

/** Whether a buffer has nothing but its bytes. */
export function isOrdinary(buffer: ArrayBuffer): boolean {
  return (
    Object.isExtensible(buffer) &&
    Object.getPrototypeOf(buffer) === ArrayBuffer.prototype &&
    Reflect.ownKeys(buffer).length === 0
  );
}

/**
 * Why a buffer that the state shows only through these views cannot be stored; undefined if it can.
 */
export function hiddenFault(
  buffer: ArrayBuffer,
  views: readonly ArrayBufferView[],
): Fault | undefined {
  const advice = copyAdvice(views);
  if (!isOrdinary(buffer)) return { found: "is a view of a buffer that is not ordinary", advice };
  const shown = shownBytes(views);
  if (shown === buffer.byteLength) return undefined;
  const found = `shows ${shown} of the ${count(buffer.byteLength)} bytes of its buffer, and the others are not in the state`;
  return { found, advice };
}

function shownBytes(views: readonly ArrayBufferView[]): number {
  const inOrder = [...views].sort((a, b) => a.byteOffset - b.byteOffset);
  let shown = 0;
  let end = 0;
  for (const { byteOffset, byteLength } of inOrder) {
    const next = byteOffset + byteLength;
    if (next > end) shown += next - Math.max(byteOffset, end);
    end = Math.max(end, next);
  }
  return shown;
}

function copyAdvice(views: readonly ArrayBufferView[]): string {
  return views.every((view) => view instanceof DataView)
    ? "copy that part of the buffer with slice(), or put the ArrayBuffer into the state too"
    : "copy it with slice(), or put the ArrayBuffer itself into the state too";
}
