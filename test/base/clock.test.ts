import { afterEach, expect, test, vi } from "vitest";
import { clock } from "../../src/base/clock.ts";

afterEach(() => vi.unstubAllGlobals());

test("the clock goes on when a program replaces the host's", async () => {
  const before = { now: clock.now(), time: clock.time() };
  const frozen = { now: () => -1 };
  const real = { now: Date.now, iso: Date.prototype.toISOString };
  try {
    vi.stubGlobal("performance", frozen);
    vi.stubGlobal("setTimeout", () => undefined);
    vi.stubGlobal("clearTimeout", () => undefined);
    Date.now = () => -1;
    Date.prototype.toISOString = () => "never";
    expect(clock.now()).toBeGreaterThanOrEqual(before.now);
    expect(clock.time()).toBeGreaterThanOrEqual(before.time);
    expect(clock.iso()).toMatch(/^\d{4}-\d\d-\d\dT/);
    let called = false;
    const cancelled = clock.after(0, () => {
      called = true;
    });
    clock.cancel(cancelled);
    await new Promise<void>((resolve) => clock.after(1, resolve));
    expect(called).toBe(false);
  } finally {
    Date.now = real.now;
    Date.prototype.toISOString = real.iso;
  }
});
