import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { runChild } from "../child.js";
import { folderBytes } from "../folder-bytes.js";
import { median, time } from "../measure.js";
import { walk } from "../walk.js";
import { SEED } from "../workshop.js";

const CHECKPOINTS = 100_000;
const LONG_STEPS = 100_000_000;
const FORKS = 5;

export const rows = [
  {
    name: "push of a fork of 1e5 checkpoints",
    async run(workshop) {
      const readings = [];
      const places = [folderPlace, gitPlace, s3Place];
      const repository = await workshop.repository("shared");
      const options = { steps: CHECKPOINTS, blockSize: 1, seed: SEED, branch: "main" };
      await repository.record(walk, options);
      const sharing = await repository.sharing();
      for (const make of places) {
        const place = await make(workshop);
        await sharing.add(place.name, place.url);
        await sharing.push(place.name, { branches: ["main"] });
        const [moved, requests] = [[], []];
        for (let i = 1; i <= FORKS; i++) {
          const step = Math.floor((CHECKPOINTS / (FORKS + 1)) * i);
          const branch = `${place.name}-${i}`;
          // Of no steps of its own: what is moved is all beyond the fork's own blocks.
          await repository.branch(branch, `main@${step}`, { steps: step });
          const before = place.count();
          await sharing.push(place.name, { branches: [branch] });
          moved.push(place.count().bytes - before.bytes);
          requests.push(place.count().requests - before.requests);
        }
        readings.push({
          name: `${this.name}, ${place.name}: bytes moved`,
          ...{ value: Math.max(...moved), unit: "bytes", limit: 16_384 },
          note: `the most of ${FORKS}`,
        });
        if (place.name === "s3") {
          readings.push({
            name: `${this.name}, s3: requests`,
            ...{ value: Math.max(...requests), unit: "requests", limit: 6 },
          });
          const before = place.count().requests;
          await sharing.fetch(place.name);
          readings.push({
            name: "fetch with nothing new, s3: requests",
            ...{ value: place.count().requests - before, unit: "requests", limit: 2 },
          });
        }
        await place.close();
      }
      return readings;
    },
  },
  {
    name: "thin clone of 1e8 steps: bytes moved",
    long: true,
    async run(workshop) {
      const { cloneRepository } = await import("../../../dist/index.js");
      const repository = await workshop.repository("long");
      await repository.record(walk, { steps: LONG_STEPS, seed: SEED, branch: "main" });
      const place = await s3Place(workshop);
      const sharing = await repository.sharing();
      await sharing.add("s3", place.url);
      await sharing.push("s3");
      const before = place.count().bytes;
      const folder = path.join(workshop.folder("clones"), "thin");
      const { repo } = await cloneRepository(place.url, folder, { full: false });
      const value = place.count().bytes - before;
      await repo.close();
      await place.close();
      return [{ name: this.name, value, unit: "bytes", limit: 100_000 }];
    },
  },
  {
    name: "push of 1 GB to a folder",
    long: true,
    async run(workshop) {
      const store = workshop.folder("large");
      const { bytes } = await runChild("record-large.js", store);
      const [times, copies, peaks] = [[], [], []];
      for (let i = 0; i < 3; i++) {
        const [url, copy] = ["pushed", "copied"].map((to) => `${workshop.folder("to")}/${to}-${i}`);
        const { ms, peakMB } = await runChild("push.js", store, url);
        times.push(ms);
        peaks.push(peakMB);
        const objects = path.join(store, ".rewind/objects");
        copies.push((await time(() => execFileSync("cp", ["-r", objects, copy]))).ms);
        for (const each of [url, copy]) fs.rmSync(each, { recursive: true });
      }
      const gigabytes = (bytes / 1e9).toFixed(2);
      const note = `${gigabytes} GB in ${Math.round(median(times))} ms, cp ${Math.round(median(copies))} ms`;
      return [
        {
          name: `${this.name} / cp`,
          ...{ value: median(times.map((ms, i) => ms / copies[i])), unit: "×", limit: 2, note },
        },
        {
          name: `${this.name}: memory`,
          ...{ value: Math.max(...peaks), unit: "MB", limit: 150, note: "peak" },
        },
      ];
    },
  },
];

async function folderPlace(workshop) {
  const url = path.join(workshop.folder("remotes"), "folder");
  const count = () => ({ bytes: folderBytes(url), requests: 0 });
  return { name: "folder", url, count, close: () => undefined };
}

/** What arrives in a bare repository: loose objects and packs, as Git has compressed them. */
async function gitPlace(workshop) {
  const bare = path.join(workshop.folder("remotes"), "bare.git");
  execFileSync("git", ["init", "--quiet", "--bare", bare]);
  const count = () => ({ bytes: folderBytes(path.join(bare, "objects")), requests: 0 });
  return { name: "git", url: `git+file://${bare}`, count, close: () => undefined };
}

/** The server of the tests, in this process, which counts what it is asked and what it sends. */
async function s3Place(workshop) {
  const outfile = path.join(workshop.folder("server"), "s3-server.mjs");
  const source = new URL("../../support/s3-server.ts", import.meta.url).pathname;
  await build({ entryPoints: [source], outfile, format: "esm", platform: "node" });
  const { s3Server } = await import(outfile);
  const server = await s3Server();
  const keys = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "secret", AWS_REGION: "x" };
  Object.assign(process.env, keys, { AWS_ENDPOINT_URL: server.endpoint });
  const count = () => ({ bytes: server.moved, requests: server.requests.length });
  return { name: "s3", url: "s3://bucket/runs", count, close: () => server.close() };
}
