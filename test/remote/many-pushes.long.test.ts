import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { cloneRepository, initRepository } from "../../src/index.ts";
import { nodeFiles } from "../../src/node/host/files.ts";
import { nodeHash } from "../../src/node/host/platform.ts";
import { folderBlobs } from "../../src/node/remote/folder-blobs.ts";
import { blobRemote } from "../../src/remote/blob-remote.ts";
import { crowd } from "./crowd.ts";

test("a branch that was pushed 140 times needs few packs, and is whole", async () => {
  const root = mkdtempSync(path.join(os.tmpdir(), "rewind-pushes-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const url = path.join(root, "shared");
  const a = await initRepository(path.join(root, "a"), { simulations: [crowd] });
  await a.record(crowd, { steps: 100, seed: 7, branch: "main", blockSize: 10 });
  const sharing = await a.sharing();
  await sharing.add("origin", url);
  const remote = blobRemote(
    folderBlobs(url, () => "reader", nodeFiles),
    nodeHash,
  );
  const packsOf = async (): Promise<number> =>
    (await remote.read(await remote.list())).get("heads/main")?.packs.length ?? 0;
  let most = 0;
  for (let i = 0; i < 140; i++) {
    await a.extend("main", { by: 10 });
    await sharing.push("origin");
    most = Math.max(most, await packsOf());
  }
  expect(most).toBeLessThan(2 * 66);
  expect(await packsOf()).toBeLessThan(40);
  const folder = path.join(root, "b");
  const { repo: b } = await cloneRepository(url, folder, { full: true, simulations: [crowd] });
  const { run } = await b.revision("origin/main");
  expect(run.root).toBe((await a.revision("main")).run.root);
  expect((await run.verify({ full: true })).ok).toBe(true);
  expect(await sharing.fetch("origin")).toMatchObject({ refs: [{ outcome: "same" }] });
  await a.close();
  await b.close();
});
