import { runChild } from "../child.js";
import { median } from "../measure.js";
import { MANY } from "../workshop.js";

const CHILDREN = 9;

export const rows = [
  {
    name: "open a store of 1e6 checkpoints",
    async run(workshop) {
      const { root } = await workshop.manyCheckpoints();
      const results = [];
      for (let i = 0; i < CHILDREN; i++) results.push(await runChild("open.js", root, MANY / 3));
      const peaks = results.map(({ peakMB }) => peakMB);
      return [
        {
          name: `${this.name}: time`,
          value: median(results.map(({ openMs }) => openMs)),
          unit: "ms",
          limit: 50,
          note: `then one get ${median(results.map(({ getMs }) => getMs)).toFixed(1)} ms; ${CHILDREN} processes`,
        },
        {
          name: `${this.name}: memory`,
          value: Math.max(...peaks),
          unit: "MB",
          limit: 150,
          note: `peak of a process that opens and gets; median ${median(peaks).toFixed(0)} MB`,
        },
      ];
    },
  },
];
