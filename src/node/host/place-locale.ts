import process from "node:process";

// Read before any step runs, because a step may not read process.env.
const { env: variables } = process;

/**
 * Makes a locale the default of every function of the language that takes one, and returns a
 * function that undoes it. A call that names a locale still gets that one.
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

/** A property, and its value under another default locale. */
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
    swaps = [...methods(locale), ...dateTexts(locale), ...constructors(locale)];
    made.set(locale, swaps);
  }
  return swaps;
}

/** The methods that take locales, and the index of that argument. */
const METHODS: readonly (readonly [object: object, at: number, ...keys: string[]])[] = [
  [Date.prototype, 0, "toLocaleString", "toLocaleDateString", "toLocaleTimeString"],
  [Number.prototype, 0, "toLocaleString"],
  [BigInt.prototype, 0, "toLocaleString"],
  // toLocaleUpperCase and toLocaleLowerCase ignore the default locale in V8 and use the root
  // locale.
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

/** `String(date)` ends with the name of the time zone, in the default locale's language. */
function dateTexts(locale: string): Localized[] {
  const object = Date.prototype as unknown as Record<string, unknown>;
  let format: Intl.DateTimeFormat | undefined;
  let zone: string | undefined;
  const nameAt = (date: Date): string => {
    const { TZ } = variables;
    if (format === undefined || zone !== TZ) {
      format = new RealFormat(locale, { timeZoneName: "long" });
      zone = TZ;
    }
    const parts = Reflect.apply(formatToParts, format, [date]) as Intl.DateTimeFormatPart[];
    return parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
  };
  return ["toString", "toTimeString"].map((key) => {
    const real = object[key] as (this: unknown) => string;
    const local = {
      [key](this: unknown): string {
        const text = Reflect.apply(real, this, []);
        return text.endsWith(")")
          ? `${text.slice(0, text.indexOf("("))}(${nameAt(this as Date)})`
          : text;
      },
    }[key];
    return { object, key, local };
  });
}

/** Saved before any program runs. */
const RealFormat = Intl.DateTimeFormat;
const { formatToParts } = Intl.DateTimeFormat.prototype;

type Constructor = new (...values: unknown[]) => object;

function constructors(locale: string): Localized[] {
  const intl = Intl as unknown as Record<string, unknown>;
  return Object.getOwnPropertyNames(Intl).flatMap((key) => {
    const real = intl[key] as Constructor | undefined;
    // Intl.Locale always takes a locale, and the other functions are not constructors.
    if (typeof real !== "function" || key === "Locale" || !("supportedLocalesOf" in real))
      return [];
    const byDefault = new WeakSet<object>();
    const make = ([given, ...rest]: unknown[], make: (values: unknown[]) => object): object => {
      const made = make([given ?? locale, ...rest]);
      if (given === undefined) byDefault.add(made);
      return made;
    };
    const local = new Proxy(real, {
      construct: (target, values, self) =>
        make(values, (values) => Reflect.construct(target, values, self) as object),
      apply: (target, self, values) =>
        make(values, (values) =>
          Reflect.apply(target as unknown as (...values: unknown[]) => object, self, values),
        ),
    });
    const object = real.prototype as Record<string, unknown>;
    const resolve = object.resolvedOptions as () => object;
    return [
      { object: intl, key, local },
      { object, key: "constructor", local },
      {
        object,
        key: "resolvedOptions",
        // The default locale is reported in full, although an explicit one would be shortened.
        local: function resolvedOptions(this: object): object {
          const options = Reflect.apply(resolve, this, []);
          return byDefault.has(this) ? { ...options, locale } : options;
        },
      },
    ];
  });
}
