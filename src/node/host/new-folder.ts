import fs from "node:fs";
import path from "node:path";
import { RewindError } from "../../base/errors.ts";

/**
 * Runs `work`, which fills a folder that is new or empty. If `work` fails, the folder is as it was
 * before. Throws FILE_FAILED for a folder with files in it.
 */
export async function inNewFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const isNew = !fs.existsSync(folder);
  if (!isNew && fs.readdirSync(folder).length > 0) {
    throw new RewindError("FILE_FAILED", `${folder} is not empty`, {
      ...{ file: folder, hint: "name a folder that is empty or does not exist" },
    });
  }
  try {
    return await work();
  } catch (error) {
    const left = isNew ? [folder] : fs.readdirSync(folder).map((name) => path.join(folder, name));
    for (const each of left) fs.rmSync(each, { recursive: true, force: true });
    throw error;
  }
}
