// The peer: feelin. One JSON request a line ({expression, context, seconds, batch}), one JSON answer a line.
//
// `evaluate(text, context)` is the only way feelin's interface evaluates an expression: it reads the
// text each time, for its grammar asks the context which names there are. What it returns cannot be
// called again, so there is nothing to keep between evaluations. How long the reading alone takes
// (`parseExpression`, also public) is measured beside it.
import { createInterface } from "node:readline";
import { date, evaluate, parseExpression } from "@bpmn-io/feelin";

function revived(_key, value) {
  return typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) ? date(value) : value;
}

/** Microseconds a call, in the fastest batch, after warming up. */
function fastest(work, seconds, batch) {
  const now = () => Number(process.hrtime.bigint()) / 1e9;
  let count = 0;
  for (const end = now() + seconds / 2; now() < end; count++) work();
  const size = Math.max(1, Math.floor((count * batch) / seconds * 2));
  let best = Infinity;
  for (const end = now() + seconds; now() < end; ) {
    const start = now();
    for (let n = 0; n < size; n++) work();
    best = Math.min(best, now() - start);
  }
  return (best / size) * 1e6;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { expression, context, seconds, batch } = JSON.parse(line, revived);
  const { value, warnings } = evaluate(expression, context);
  console.log(
    JSON.stringify({
      value,
      warnings: warnings.map((warning) => warning.message),
      microseconds: fastest(() => evaluate(expression, context), seconds, batch),
      reading: fastest(() => parseExpression(expression, context), seconds / 2, batch),
      memory: process.resourceUsage().maxRSS / 1024,
    }),
  );
}
