import { runChild } from "../child.js";

const STEPS = 100_000_000;

export const rows = [
  {
    name: "memory of recording 1e8 steps",
    long: true,
    async run() {
      const { ms, peakMB } = await runChild("record.js", STEPS);
      const note = `peak; ${(ms / 1000).toFixed(1)} s, ${(ms / (STEPS / 1e6)).toFixed(1)} ns a step`;
      return [{ name: this.name, value: peakMB, unit: "MB", limit: 150, note }];
    },
  },
];
