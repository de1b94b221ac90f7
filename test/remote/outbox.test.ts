import { expect, test } from "vitest";
import { Outbox } from "../../src/remote/outbox.ts";
import type { Filled } from "../../src/remote/pack-writer.ts";
import type { PackRef, Remote } from "../../src/remote/remote.ts";

const HASHES = ["a", "b", "c", "d", "e"];

/** A remote that takes packs when it is told to, and what it was asked to take, in order. */
function slowRemote() {
  const asked: string[] = [];
  const waiting: { readonly take: () => void; readonly fail: (error: Error) => void }[] = [];
  const remote = {
    has: async () => false,
    writePack({ hash }: PackRef) {
      asked.push(hash);
      return new Promise<void>((take, fail) => waiting.push({ take, fail }));
    },
  } as unknown as Remote;
  return { remote, asked, waiting };
}

/** A pack whose hash comes later, and the hashes that were begun. */
function filled(hash: string, begun: string[]): Filled {
  return async () => {
    begun.push(hash);
    await Promise.resolve();
    const pack: PackRef = { hash, bytes: 1, objects: 1, holds: "base" };
    return { pack, bytes: new Uint8Array(1) };
  };
}

/** Enough turns for everything that waits for nothing else. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

test("packs arrive one after the other, and the next one is hashed meanwhile", async () => {
  const { remote, asked, waiting } = slowRemote();
  const sent: string[] = [];
  const begun: string[] = [];
  const outbox = new Outbox(remote, { onSent: ({ hash }) => void sent.push(hash) });
  await outbox.give(filled("a", begun));
  await outbox.give(filled("b", begun));
  const third = outbox.give(filled("c", begun));
  await settled();
  expect({ begun, asked }).toEqual({ begun: ["a", "b"], asked: ["a"] });
  waiting[0]?.take();
  await third;
  await settled();
  expect({ begun, asked, sent }).toEqual({
    ...{ begun: ["a", "b", "c"], asked: ["a", "b"], sent: ["a"] },
  });
  waiting[1]?.take();
  await settled();
  waiting[2]?.take();
  await outbox.end();
  expect(sent).toEqual(["a", "b", "c"]);
  expect(outbox.given.map(({ hash }) => hash)).toEqual(sent);
});

test("after a pack that did not arrive none is sent, and its error is thrown", async () => {
  const { remote, asked, waiting } = slowRemote();
  const outbox = new Outbox(remote, { onSent: () => undefined });
  const give = async (): Promise<void> => {
    for (const hash of HASHES) await outbox.give(filled(hash, []));
  };
  const giving = give();
  giving.catch(() => undefined);
  await settled();
  waiting[0]?.fail(new Error("cut"));
  await expect(giving).rejects.toThrow("cut");
  await expect(outbox.end()).rejects.toThrow("cut");
  expect(asked).toEqual(["a"]);
});
