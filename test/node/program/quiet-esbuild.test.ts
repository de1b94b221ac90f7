import childProcess from "node:child_process";
import { chmod } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { project, put, WALK } from "../../support/project-folder.ts";

test.skipIf(process.platform === "win32")(
  "an esbuild that crashes is a plain error, prints nothing, and is restarted",
  async () => {
    const root = await project({ "m.ts": `export default ${WALK};` });
    const binary = createRequire(import.meta.url).resolve("esbuild/bin/esbuild");
    const [broken, stand] = [join(root, "broken"), join(root, "stand-in.sh")];
    await put(root, "broken", "");
    await put(
      root,
      "stand-in.sh",
      `#!/bin/sh
if [ -e ${broken} ]; then rm ${broken}; echo "goroutine 1 [running]" >&2; exit 2; fi
exec ${binary} "$@"`,
    );
    await chmod(stand, 0o755);
    vi.stubEnv("ESBUILD_BINARY_PATH", stand);
    const spawn = vi.spyOn(childProcess, "spawn");
    // Imported late, because esbuild looks for its program when it is loaded.
    const { bundle } = await import("../../../src/node/program/bundle.ts");
    await expect(bundle({ root, module: "m.ts" })).rejects.toMatchObject({
      code: "MODULE_FAILED",
      message: "m.ts: esbuild crashed on it: it may be nested too deeply or too large",
    });
    expect((await bundle({ root, module: "m.ts" })).inputs).toEqual(["m.ts"]);
    const errors = spawn.mock.calls.map(
      ([, , options]) => (options?.stdio as string[] | undefined)?.[2],
    );
    expect(errors).toEqual(["ignore", "ignore"]);
    expect(childProcess.spawn).toBe(spawn);
  },
);
