import fs from "node:fs";
import path from "node:path";
import { RewindError } from "../../base/errors.ts";
import { longestBody } from "../../object/body.ts";
import { type Files, nodeFiles } from "../host/files.ts";
import { machineSeal } from "../host/machine-seal.ts";
import { changeSettingsFile, readSettingsFile, type SettingsFile } from "../host/settings-file.ts";
import { userFolder, type Variables } from "../host/user-folders.ts";
import { projectOf, STORE_FOLDER } from "../store/find-project.ts";
import { readStoreConfig, storeConfigFile } from "../store/store-config.ts";
import { storeFiles } from "../store/store-files.ts";
import { storeFolders } from "../store/store-folders.ts";
import { bytesOf, SETTINGS, type SettingPlace, settingKind } from "./settings.ts";

/** A setting, and the source of its value. */
export interface Setting {
  readonly key: string;
  /** Undefined if it is not set and has no default. */
  readonly value: string | undefined;
  readonly from: SettingPlace | "environment" | "default";
  /** The file or the variable that sets it. */
  readonly source: string | undefined;
}

/**
 * The settings that hold in a folder, whether or not it is in a project: those of the project, of
 * this copy of it, of the user, and of the environment's `variables`.
 *
 * @example
 * ```ts
 * const { value } = new Config(".", process.env).get("rng"); // "xoshiro128++"
 * ```
 */
export class Config {
  readonly #store: string | undefined;
  readonly #variables: Variables;
  readonly #files: Files;

  constructor(folder: string, variables: Variables, files: Files = nodeFiles) {
    const project = projectOf(folder);
    this.#store = project === undefined ? undefined : path.join(project, STORE_FOLDER);
    this.#variables = variables;
    this.#files = this.#store === undefined ? files : storeFiles(this.#store, files);
  }

  /** Every setting. */
  list(): Setting[] {
    return Object.keys(SETTINGS).map((key) => this.get(key));
  }

  /** The settings in one place. */
  listOf(place: SettingPlace): Setting[] {
    return Object.keys(SETTINGS).flatMap((key) => this.getFrom(key, place) ?? []);
  }

  /** A setting: from the environment, else from the first place that has it. Throws UNKNOWN_SETTING. */
  get(key: string): Setting {
    const { places, variable, check, standard } = settingKind(key);
    const given = variable === undefined ? undefined : this.#variables[variable];
    if (variable !== undefined && given !== undefined) {
      return { key, value: check(given, variable), from: "environment", source: variable };
    }
    for (const place of places) {
      const setting = this.getFrom(key, place);
      if (setting !== undefined) return setting;
    }
    return { key, value: standard(this.#variables), from: "default", source: undefined };
  }

  /** The value of a setting in a place; undefined if it is not set there. */
  getFrom(key: string, place: SettingPlace): Setting | undefined {
    const { places, check } = settingKind(key);
    const file = places.includes(place) ? this.#fileOf(place) : undefined;
    const value = file && this.#read(file, place)[key];
    if (file === undefined || value === undefined) return undefined;
    return { key, value: check(value, file.name), from: place, source: file.name };
  }

  /** Sets it in a place; undefined removes it. Throws what `check` throws, and INVALID_SETTING. */
  async set(
    key: string,
    value: string | undefined,
    place: SettingPlace = this.placeOf(key),
  ): Promise<Setting> {
    const { places, check } = settingKind(key);
    if (!places.includes(place)) {
      const message = `${key} cannot be set ${PLACE_NAMES[place]}, only ${places.map((name) => PLACE_NAMES[name]).join(" or ")}`;
      throw new RewindError("INVALID_SETTING", message, { key, place });
    }
    if (value === "") {
      throw new RewindError("INVALID_SETTING", `expected a value for ${key}, got an empty one`, {
        key,
      });
    }
    if (value !== undefined) check(value, key);
    const file = this.#fileOf(place) ?? this.#noFile(key, place);
    const before = this.#read(file, place)[key];
    if (value === undefined && before === undefined) {
      throw new RewindError("SETTING_NOT_SET", `${key} is not set in ${file.name}`, { key });
    }
    await changeSettingsFile(this.#files, file, key, value);
    return this.get(key);
  }

  /** The place in which a setting is set by default. */
  placeOf(key: string): SettingPlace {
    return settingKind(key).places[0] as SettingPlace;
  }

  #read(file: SettingsFile, place: SettingPlace): Readonly<Record<string, unknown>> {
    // A store of another version may mean something else by the same key.
    if (place !== "global") readStoreConfig(this.#files, this.#store as string);
    return readSettingsFile(this.#files, file);
  }

  #fileOf(place: SettingPlace): SettingsFile | undefined {
    if (place === "global") return userFile(this.#variables);
    if (this.#store === undefined) return undefined;
    if (place === "project") return storeConfigFile(this.#store);
    const { local } = storeFolders(this.#store);
    return {
      file: path.join(local, "config"),
      name: `${STORE_FOLDER}/local/config`,
      scratch: local,
      damage: "INVALID_CONFIG",
      // It may have come along with a copy of the store.
      seal: machineSeal(refuseUnkept),
    };
  }

  #noFile(key: string, place: SettingPlace): never {
    if (place === "global") {
      const hint = "set HOME to your home folder, or leave out --global";
      throw new RewindError(
        "FILE_FAILED",
        "settings for all projects are kept in your home folder, which was not found",
        { key, hint },
      );
    }
    const personal = settingKind(key).places.includes("global");
    throw new RewindError(
      "NOT_A_REPOSITORY",
      `there is no ${STORE_FOLDER} here or in a folder above to set ${key} in`,
      { personal },
    );
  }
}

/** A setting that would not count is not set. */
function refuseUnkept(why: string): never {
  const file = `${STORE_FOLDER}/local/config`;
  throw new RewindError("FILE_FAILED", `${file} would not count, because ${why}`, { file });
}

const PLACE_NAMES: Readonly<Record<SettingPlace, string>> = {
  project: "for the project",
  local: "for this copy of it",
  global: "for all projects",
};

/** The user's own file, in the system's usual folder; undefined if there is no home folder. */
function userFile(variables: Variables): SettingsFile | undefined {
  const folder = userFolder("config", variables);
  if (folder === undefined) return undefined;
  const file = resolved(path.join(folder, "rewind", "config"));
  return { file, name: file, scratch: path.dirname(file), damage: "INVALID_CONFIG" };
}

/**
 * The target of a link. Users who keep their settings in a repository link to them, so the link
 * must stay.
 */
function resolved(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    return file;
  }
}

/** The largest file to record among those that a module reads while it is loaded, in bytes. */
export function inputsLimitBytes(project: string): number {
  return Math.min(settingBytes(project, "inputs.limit"), longestBody("chunk"));
}

/** The limits of a fetch that names none, in bytes. */
export function fetchLimits(project: string): { thinFromBytes: number; limitBytes: number } {
  return {
    thinFromBytes: settingBytes(project, "fetch.checkpoints"),
    limitBytes: settingBytes(project, "fetch.limit"),
  };
}

function settingBytes(project: string, key: string): number {
  return bytesOf(String(new Config(project, process.env).get(key).value)) ?? 0;
}
