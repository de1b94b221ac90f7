/**
 * What `produce` hands out, for a reader that asks for one after the other. `produce` waits after
 * each until the reader asks for the next, so that few are held at a time. A reader that stops early
 * makes the next hand-over throw, which ends `produce`.
 */
export function pulled<T>(
  produce: (handOver: (item: T) => Promise<void>) => Promise<void>,
): AsyncIterable<T> {
  return { [Symbol.asyncIterator]: () => reader(produce) };
}

/** Ends work whose results nobody reads any more. */
class Stopped extends Error {}

async function* reader<T>(
  produce: (handOver: (item: T) => Promise<void>) => Promise<void>,
): AsyncGenerator<T, void> {
  let offered: { readonly item: T } | undefined;
  let stopped = false;
  let wake = (): void => undefined;
  let goOn = (): void => undefined;
  const handOver = async (item: T): Promise<void> => {
    if (stopped) throw new Stopped();
    offered = { item };
    wake();
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
    if (stopped) throw new Stopped();
  };
  let ended = false;
  let failure: { readonly error: unknown } | undefined;
  const working = produce(handOver)
    .catch((error: unknown) => {
      failure = { error };
    })
    .finally(() => {
      ended = true;
      wake();
    });
  try {
    while (true) {
      if (offered === undefined && !ended) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      // The hand-over and the end may come while nobody waits.
      const next = offered as { readonly item: T } | undefined;
      if (next === undefined) break;
      offered = undefined;
      yield next.item;
      goOn();
    }
  } finally {
    stopped = true;
    goOn();
    await working;
  }
  if (failure !== undefined) throw (failure as { readonly error: unknown }).error;
}
