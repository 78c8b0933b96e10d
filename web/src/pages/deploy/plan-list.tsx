// What would be done, in order.

import type { Plan } from "../../api/types.ts";
import { counted } from "../../words/amounts.ts";
import { stepText } from "../operation/progress.ts";

export function PlanList({ plan }: { readonly plan: Plan }) {
  const steps = plan.waves.flat().filter(({ action }) => action !== "keep");
  return (
    <>
      {plan.warnings.map((warning) => (
        <p key={warning} class="notice tone-warn">
          {warning}
        </p>
      ))}
      {steps.length === 0 ? (
        <p class="quiet-note">Nothing: it is as the recipe says.</p>
      ) : (
        <details open={steps.length <= 12}>
          <summary>{counted(steps.length, "step")}</summary>
          <ol class="plan">
            {plan.waves.map((wave, index) => (
              <li key={index}>
                {wave
                  .filter(({ action }) => action !== "keep")
                  .map((step) => (
                    <span key={`${step.action} ${step.target}`}>
                      {stepText(step)} <span class="quiet-note">{step.why}</span>
                    </span>
                  ))}
              </li>
            ))}
          </ol>
        </details>
      )}
    </>
  );
}
