// A herd that wanders and falls ill. Its state changes in place and has fields of several kinds.

export default {
  name: "herd",
  params: { drift: 0, fever: 0.01 },
  init: () => ({ x: 0, agents: [agent(), agent()] }),
  step(state, rng, { params }) {
    state.x += (rng.random() < 0.5 ? -1 : 1) + params.drift;
    for (const each of state.agents) {
      each.age += 1;
      if (rng.random() < params.fever) each.ill = !each.ill;
    }
  },
};

function agent() {
  return { age: 0, ill: false };
}
