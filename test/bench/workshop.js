import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { initRepository, record } from "../../dist/index.js";
import { twoCopies } from "./models.js";
import { walk } from "./walk.js";

export const SEED = 42;
export const LONG_STEPS = 10_000_000;
export const MANY = 1_000_000;

/** The runs and stores that several rows use: made when first asked for, removed at the end. */
export class Workshop {
  #root = fs.mkdtempSync(path.join(os.tmpdir(), "rewind-bench-"));
  #made = new Map();
  #repositories = [];

  constructor() {
    // What is noted beside the settings of a user is not to be noted beside those of this one.
    const user = path.join(this.#root, "user");
    Object.assign(process.env, { XDG_CONFIG_HOME: user, XDG_CACHE_HOME: user });
    Object.assign(process.env, { APPDATA: user, LOCALAPPDATA: user });
  }

  /** 1e7 steps of the walk, in memory. */
  longRun() {
    return this.#once("longRun", () => record(walk, { steps: LONG_STEPS, seed: SEED }));
  }

  /** The same in a store. */
  storedRun() {
    return this.#once("storedRun", async () => {
      const repository = await this.repository("stored");
      return repository.record(walk, { steps: LONG_STEPS, seed: SEED, branch: "main" });
    });
  }

  /** A store whose branch main has 1e6 steps, each of them a checkpoint. */
  manyCheckpoints() {
    return this.#once("manyCheckpoints", async () => {
      const repository = await this.repository("many");
      const options = { steps: MANY, blockSize: 1, seed: SEED, branch: "main" };
      await repository.record(walk, options);
      return repository;
    });
  }

  /** Two copies of a real model; see there. */
  copies(model) {
    return this.#once(model.file, () => twoCopies(model, this.folder("models")));
  }

  /** A new store, in a folder of its own. */
  async repository(name, simulations = [walk]) {
    const repository = await initRepository(this.folder(name), { simulations });
    this.#repositories.push(repository);
    return repository;
  }

  /** A new folder. */
  folder(name) {
    const folder = path.join(this.#root, name);
    fs.mkdirSync(folder, { recursive: true });
    return folder;
  }

  async close() {
    for (const repository of this.#repositories) await repository.close();
    fs.rmSync(this.#root, { recursive: true, force: true });
  }

  #once(name, make) {
    if (!this.#made.has(name)) this.#made.set(name, make());
    return this.#made.get(name);
  }
}
