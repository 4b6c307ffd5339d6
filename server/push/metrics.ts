import { Counter, Histogram } from "prom-client";

export const pushes = new Counter({
  name: "pushdav_pushes_total",
  help: "Pushes by transport and outcome.",
  labelNames: ["transport", "outcome"] as const,
});

export const handOver = new Histogram({
  name: "pushdav_push_hand_over_seconds",
  help: "Time from the commit of the first change a push announces until the push service has it.",
  labelNames: ["transport"] as const,
  buckets: [0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 300, 3600],
});
