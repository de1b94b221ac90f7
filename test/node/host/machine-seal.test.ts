import { createHmac } from "node:crypto";
import path from "node:path";
import { outputFileSync } from "fs-extra/esm";
import { expect, onTestFinished, test, vi } from "vitest";
import { machineSeal } from "../../../src/node/host/machine-seal.ts";
import { asUser, newUser } from "../../support/user.ts";

const ofEmptySecret = (text: string): string =>
  createHmac("sha256", "").update(text).digest("hex").slice(0, 16);

test("a seal is this user's alone, and of this text alone", async () => {
  const [ada, bob] = [newUser(), newUser()];
  onTestFinished(() => {
    for (const user of [ada, bob]) user.remove();
  });
  const seal = await asUser(ada, async () => machineSeal().make("a"));
  const isOurs = (user: typeof ada, text: string, given: string): Promise<boolean> =>
    asUser(user, async () => machineSeal().isOurs(text, given));
  expect(await isOurs(ada, "a", seal)).toBe(true);
  expect(await isOurs(ada, "b", seal)).toBe(false);
  expect(await isOurs(bob, "a", seal)).toBe(false);
});

test("a seal of the empty secret, which anyone can make, does not count before there is one", async () => {
  const user = newUser();
  onTestFinished(user.remove);
  await asUser(user, async () => {
    expect(machineSeal().isOurs("a", ofEmptySecret("a"))).toBe(false);
    machineSeal().make("b");
    expect(machineSeal().isOurs("a", ofEmptySecret("a"))).toBe(false);
  });
});

test("in a home folder that cannot be written no seal counts, which is told once", async () => {
  const user = newUser();
  onTestFinished(user.remove);
  outputFileSync(user.config, "a file, not a folder");
  const told: string[] = [];
  await asUser(user, async () => {
    const seal = machineSeal((why) => told.push(why));
    expect(seal.isOurs("a", seal.make("a"))).toBe(false);
    seal.make("b");
  });
  const file = path.join(user.config, "rewind", "secret");
  expect(told).toEqual([`${file}, the secret that marks it as yours, cannot be written`]);
});

test("without a home folder no seal counts, not even one of the empty secret", () => {
  for (const name of ["HOME", "XDG_CONFIG_HOME", "APPDATA"]) vi.stubEnv(name, undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
  const told: string[] = [];
  const seal = machineSeal((why) => told.push(why));
  expect(seal.isOurs("a", ofEmptySecret("a"))).toBe(false);
  expect(seal.isOurs("a", seal.make("a"))).toBe(false);
  expect(told).toEqual(["there is no home folder for the secret that marks it as yours"]);
});
