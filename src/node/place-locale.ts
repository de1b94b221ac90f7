/**
 * Makes a locale the default of everything in the language that takes one, and returns what undoes
 * it. A caller that names its own locale gets that one.
 */
export function useLocale(locale: string): () => void {
  const swaps = swapsOf(locale);
  const before = swaps.map(({ object, key }) => object[key]);
  for (const { object, key, local } of swaps) object[key] = local;
  return () => {
    swaps.forEach(({ object, key }, i) => {
      object[key] = before[i];
    });
  };
}

/** A property and what it is under another default locale. */
interface Localized {
  readonly object: Record<string, unknown>;
  readonly key: string;
  readonly local: unknown;
}

const made = new Map<string, readonly Localized[]>();

/** Made once for each locale, so that a function is the same one in every block. */
function swapsOf(locale: string): readonly Localized[] {
  let swaps = made.get(locale);
  if (swaps === undefined) {
    swaps = [...methods(locale), ...constructors(locale)];
    made.set(locale, swaps);
  }
  return swaps;
}

/** The methods that take locales, and at which place among their arguments. */
const METHODS: readonly (readonly [object: object, at: number, ...keys: string[]])[] = [
  [Date.prototype, 0, "toLocaleString", "toLocaleDateString", "toLocaleTimeString"],
  [Number.prototype, 0, "toLocaleString"],
  [BigInt.prototype, 0, "toLocaleString"],
  [String.prototype, 0, "toLocaleUpperCase", "toLocaleLowerCase"],
  [String.prototype, 1, "localeCompare"],
];

function methods(locale: string): Localized[] {
  return METHODS.flatMap(([owner, at, ...keys]) =>
    keys.map((key) => {
      const object = owner as Record<string, unknown>;
      const real = object[key] as (...values: unknown[]) => unknown;
      const local = {
        [key](this: unknown, ...values: unknown[]): unknown {
          if (values[at] === undefined) values[at] = locale;
          return Reflect.apply(real, this, values);
        },
      }[key] as object;
      Object.defineProperty(local, "length", { value: real.length, configurable: true });
      return { object, key, local };
    }),
  );
}

function constructors(locale: string): Localized[] {
  const intl = Intl as unknown as Record<string, unknown>;
  return Object.getOwnPropertyNames(Intl).flatMap((key) => {
    const real = intl[key] as (new (...values: unknown[]) => unknown) | undefined;
    // Intl.Locale takes a locale always, and the other functions are no constructors.
    if (typeof real !== "function" || key === "Locale" || !("supportedLocalesOf" in real))
      return [];
    const here = ([locales = locale, ...rest]: unknown[]): unknown[] => [locales, ...rest];
    const local = new Proxy(real, {
      construct: (target, values, self) => Reflect.construct(target, here(values), self) as object,
      apply: (target, self, values) =>
        Reflect.apply(target as unknown as () => unknown, self, here(values)),
    });
    const prototype = real.prototype as Record<string, unknown>;
    return [
      { object: intl, key, local },
      { object: prototype, key: "constructor", local },
    ];
  });
}
