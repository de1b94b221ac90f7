import { createHmac } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { machineSeal } from "../../../src/node/host/machine-seal.ts";
import { asUser, newUser } from "../../user.ts";

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
