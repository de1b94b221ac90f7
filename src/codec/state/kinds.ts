import { ARRAY } from "./kinds/array.ts";
import { ARRAY_BUFFER, DATA_VIEW, TYPED_ARRAYS } from "./kinds/buffers.ts";
import { DATE } from "./kinds/date.ts";
import { complete, type JsonForm, type StateKind } from "./kinds/kind.ts";
import { MAP } from "./kinds/map.ts";
import { BARE_OBJECT, OBJECT } from "./kinds/object.ts";
import { BIGINT, SCALAR_FORMS, type ScalarKind, UTF16_STRING } from "./kinds/scalars.ts";
import { SET } from "./kinds/set.ts";

/** Every kind of object that a state can hold, except class instances with a codec. */
export const STATE_KINDS: readonly StateKind[] = (
  [
    ...[OBJECT, BARE_OBJECT, ARRAY, MAP, SET, DATE],
    ...[ARRAY_BUFFER, ...TYPED_ARRAYS, DATA_VIEW],
  ] as StateKind[]
).map(complete);

/** Every kind of value that is not an object and has its own tag. */
export const SCALARS: readonly ScalarKind<unknown>[] = [
  BIGINT,
  UTF16_STRING,
] as ScalarKind<unknown>[];

const BY_PROTOTYPE: ReadonlyMap<unknown, StateKind> = new Map(
  STATE_KINDS.map((kind) => [kind.prototype, kind]),
);

/** The kind of an object; undefined for any other, such as an instance of a class. */
export function kindOf(value: object): StateKind | undefined {
  const kind = BY_PROTOTYPE.get(Object.getPrototypeOf(value));
  return kind?.isGenuine === undefined || kind.isGenuine(value) ? kind : undefined;
}

/** The kinds by their tags. */
export const KIND_BY_TAG: ReadonlyMap<number, StateKind> = new Map(
  STATE_KINDS.flatMap((kind) => (kind.tag === undefined ? [] : [[kind.tag, kind] as const])),
);

export const SCALAR_BY_TAG: ReadonlyMap<number, ScalarKind<unknown>> = new Map(
  SCALARS.flatMap((kind) => kind.tags.map((tag) => [tag, kind] as const)),
);

/** The forms of what JSON lacks, by their special keys. */
export const JSON_FORMS: ReadonlyMap<string, JsonForm> = new Map(
  [...SCALAR_FORMS, ...STATE_KINDS.flatMap(({ form }) => (form === undefined ? [] : [form]))].map(
    (form) => [form.keys[0], form],
  ),
);
