// node push.js FOLDER URL: pushes a store's branches to a new remote.

import { openRepository } from "../../../dist/index.js";

const [folder, url] = process.argv.slice(2);
const repository = await openRepository(folder);
const sharing = await repository.sharing();
const name = `to-${process.pid}`;
await sharing.add(name, url);
const started = performance.now();
const { bytes } = await sharing.push(name);
const ms = performance.now() - started;
await repository.close();
console.log(JSON.stringify({ ms, bytes, peakMB: process.resourceUsage().maxRSS / 1024 }));
