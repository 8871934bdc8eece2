import type { BareScript } from './contestants/bare-command.ts';
import type { RecordedRequest } from './subgraphs-command.ts';

/** Puts each request one stage after the last of those that were answered before it came: it may have waited for their answers. */
export function stagesOf(recorded: readonly RecordedRequest[]): BareScript['stages'] {
  const stages: { service: string; body: string }[][] = [];
  const stageOf = new Map<RecordedRequest, number>();
  for (const request of recorded.toSorted((left, right) => left.cameAt - right.cameAt)) {
    const before = [...stageOf].filter(([other]) => other.answeredAt < request.cameAt).map(([, stage]) => stage + 1);
    const stage = Math.max(0, ...before);
    stageOf.set(request, stage);
    (stages[stage] ??= []).push({ service: request.service, body: request.body });
  }
  return stages;
}
