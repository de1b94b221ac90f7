import { decode } from "../../../dist/codec/decode.js";
import { differences } from "../../../dist/codec/differences.js";
import { encode } from "../../../dist/codec/encode.js";
import { compare } from "../measure.js";

const AGENTS = Array.from({ length: 300 }, (_, i) => ({
  id: i,
  x: i * 1.37,
  infected: i % 7 === 0,
  name: `agent ${i}`,
  links: [i + 1, i + 2],
}));
const BYTES = encode(AGENTS);
const TEXT = JSON.stringify(AGENTS);

export const rows = [
  {
    name: "codec of 300 agents",
    async run() {
      const copy = decode(BYTES);
      const write = () => encode(AGENTS);
      return [
        await against("encode", "JSON.stringify", write, () => JSON.stringify(AGENTS)),
        await against(
          "decode",
          "JSON.parse",
          () => decode(BYTES),
          () => JSON.parse(TEXT),
        ),
        await against("compare", "encode", () => differences(AGENTS, copy), write),
      ];
    },
  },
];

async function against(verb, other, ours, theirs) {
  const { ratio } = await compare(
    () => often(ours),
    () => often(theirs),
  );
  return { name: `codec: ${verb} 300 agents / ${other}`, value: ratio, unit: "×" };
}

/** One call is too short to be timed. */
function often(work) {
  for (let i = 0; i < 20; i++) work();
}
