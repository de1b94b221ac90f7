import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { FUNCTION_FORMS } from "../../src/plan/forms.ts";
import { stateBefore } from "../../src/plan/reconstruct.ts";
import { readVectors } from "../support/vectors.ts";

interface Call {
  readonly call: string;
  readonly words: number;
  readonly state: string | null;
}

const { calls } = readVectors<{ calls: Call[] }>("plans-draws");
const words = (call: string): number | undefined => calls.find((each) => each.call === call)?.words;

describe("what PyTorch's functions draw", () => {
  test.each(calls.filter(({ state }) => state !== null))("$call: draws $words", (measured) => {
    const state = stateBefore(`generator torch 2.13; seed 1; draws ${measured.words}`, "end");
    expect(createHash("sha256").update(state).digest("hex")).toBe(measured.state);
  });

  // As in `rewind help plans`.
  const normal = (n: number): number =>
    n < 16 ? 4 * Math.ceil(n / 2) : n + (n % 16 === 0 ? 0 : 16);
  test.each<[string, number]>([
    ["nn.Linear(10, 32)", 10 * 32 + 32],
    ["nn.Linear(10, 32, bias=False)", 10 * 32],
    ["nn.Conv2d(3, 8, 5)", 3 * 8 * 5 * 5 + 8],
    ["nn.Conv2d(4, 8, 3, groups=2)", (4 / 2) * 8 * 3 * 3 + 8],
    ["nn.LSTM(4, 5)", 4 * (5 * 4 + 5 * 5 + 2 * 5)],
    ["nn.GRU(4, 5)", 3 * (5 * 4 + 5 * 5 + 2 * 5)],
    ["nn.Embedding(10, 7)", normal(70)],
    ["nn.Embedding(10, 8)", normal(80)],
    ["nn.BatchNorm2d(8)", 0],
    ["nn.LayerNorm(8)", 0],
    ...[1, 2, 5, 15, 16, 17, 31, 32, 33, 100].map((n): [string, number] => [
      `torch.randn(${n})`,
      normal(n),
    ]),
    ["empty(100).normal_()", normal(100)],
    ["nn.init.xavier_normal_(empty(10, 10))", normal(100)],
    ["nn.init.kaiming_normal_(empty(10, 10))", normal(100)],
    ["nn.init.trunc_normal_(empty(100))", 4 * normal(100)],
    ["nn.init.trunc_normal_(empty(100), std=0.02)", normal(100)],
    ["torch.rand(100)", 100],
    ["empty(100).uniform_()", 100],
    ["nn.init.xavier_uniform_(empty(10, 10))", 100],
    ["nn.init.kaiming_uniform_(empty(10, 10))", 100],
    ["torch.randint(0, 10, (100,))", 100],
    ["torch.bernoulli(full((100,), 0.5))", 100],
    ["F.dropout(ones(1001), 0.3)", 2 * 1001],
    ["F.dropout(ones(100), 0.5, training=False)", 0],
    ["F.dropout(ones(100), 0)", 0],
    ["empty(100).bernoulli_(0.5)", 2 * 100],
    ["empty(100).exponential_()", 2 * 100],
    ["empty(100).log_normal_()", 2 * 100],
    ["empty(100).cauchy_()", 2 * 100],
    ["empty(100).geometric_(0.5)", 2 * 100],
    ["torch.multinomial(ones(50), 10)", 2 * 50],
    ["torch.multinomial(ones(50), 10, True)", 2 * 10],
  ])("%s: %i", (call, expected) => {
    expect(words(call)).toBe(expected);
  });

  test("the help names only measured functions", () => {
    const measured = calls.map(({ call }) => call).join(" ");
    const named = FUNCTION_FORMS.flatMap(([written, means]) => [
      ...`${written} ${means}`.matchAll(/\b(?:nn\.)?\w+_(?!\w)|nn\.\w+|\b[a-z]+_[a-z]+_/g),
    ]).map(([name]) => name);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !measured.includes(name))).toEqual([]);
  });
});
